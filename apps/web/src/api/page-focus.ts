/** Whether the guest is at this page now. */
export interface PageFocus {
  readonly isLooking: boolean
  /** Called whenever that may have changed. Returns what stops it. */
  subscribe(listener: () => void): () => void
}

export const browserPageFocus: PageFocus = {
  get isLooking() {
    return document.visibilityState === 'visible' && document.hasFocus()
  },
  subscribe(listener) {
    const stopped = new AbortController()
    const { signal } = stopped
    document.addEventListener('visibilitychange', listener, { signal })
    addEventListener('focus', listener, { signal })
    addEventListener('blur', listener, { signal })
    return () => stopped.abort()
  },
}
