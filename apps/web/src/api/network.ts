/** Whether the device has a network, and when it is worth a new attempt. */
export interface Network {
  readonly online: boolean
  /** Called when the device goes online or offline, and when the page is looked at again. Returns what stops it. */
  subscribe(listener: () => void): () => void
}

export const browserNetwork: Network = {
  // `onLine` false is certain; true only means that some network is there.
  get online() {
    return navigator.onLine
  },
  subscribe(listener) {
    const stopped = new AbortController()
    const { signal } = stopped
    addEventListener('online', listener, { signal })
    addEventListener('offline', listener, { signal })
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && listener(), {
      signal,
    })
    return () => stopped.abort()
  },
}
