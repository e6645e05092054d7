const KEY = 'seen-counts'

/** How many of each guest's messages this window has shown: what is beyond that, and can still be answered, is unread. */
export function createSeen() {
  const counts = read()
  return {
    unreadOf: ({ id, inboundCount, state }) =>
      state === 'connected' ? Math.max(0, inboundCount - (counts[id] ?? 0)) : 0,
    see({ id, inboundCount }) {
      if (counts[id] === inboundCount) return
      counts[id] = inboundCount
      write(counts)
    },
  }
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '{}')
  } catch {
    // Forbidden or spoilt: everything counts as unread.
    return {}
  }
}

function write(counts) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(counts))
  } catch {
    // Then it is forgotten with the page.
  }
}
