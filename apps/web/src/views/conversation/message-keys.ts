const STEPS: Record<string, (at: number, count: number) => number> = {
  ArrowUp: (at, count) => (at < 0 ? count - 1 : Math.max(0, at - 1)),
  ArrowDown: (at, count) => (at < 0 ? count - 1 : Math.min(count - 1, at + 1)),
  Home: () => 0,
  End: (_, count) => count - 1,
}

/** Inside the log, arrows, Home and End go from message to message; Escape calls `onleave`. */
export function messageKeys(onleave: () => void) {
  return (log: HTMLElement): (() => void) => {
    const onkeydown = (event: KeyboardEvent) => {
      if (event.key === 'Escape') return onleave()
      const step = STEPS[event.key]
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return
      const messages = [...log.querySelectorAll<HTMLElement>('[data-message-id]')]
      const at = messages.findIndex((message) => message.contains(document.activeElement))
      const next = messages[step(at, messages.length)]
      if (!next) return
      event.preventDefault()
      next.focus({ preventScroll: true })
      next.scrollIntoView({ block: 'nearest' })
    }
    log.addEventListener('keydown', onkeydown)
    return () => log.removeEventListener('keydown', onkeydown)
  }
}
