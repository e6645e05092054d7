const PREFIX = 'foyer.'

/** Takes away all that the page keeps. `open` is a function because the mere mention of storage throws where it is blocked. */
export function eraseStorage(open: () => Storage): void {
  try {
    const storage = open()
    const names = Array.from({ length: storage.length }, (_, at) => storage.key(at))
    for (const name of names) if (name?.startsWith(PREFIX)) storage.removeItem(name)
  } catch {
    // Blocked: nothing was kept.
  }
}
