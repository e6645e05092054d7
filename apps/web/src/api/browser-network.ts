import type { Network } from './network.ts'

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
