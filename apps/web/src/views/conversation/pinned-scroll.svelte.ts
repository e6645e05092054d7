/** This close to the end is at the end: browsers round. */
const SLACK_PX = 2
/** Scrolling up by less is a trembling finger. */
const INTENT_PX = 3

/**
 * Keeps a scrolling element at its end while it is pinned there. Scrolling up unpins it, coming back to the end pins it
 * again; while it is not pinned, nothing but the guest moves what is being read.
 */
export class PinnedScroll {
  #scroller: HTMLElement | undefined
  #lastTop = 0
  #pinned = $state(true)

  get pinned(): boolean {
    return this.#pinned
  }

  /** Attach to the scroller; its only child is what grows. */
  readonly attach = (scroller: HTMLElement): (() => void) => {
    this.#scroller = scroller
    const observer = new ResizeObserver(() => this.#pinned && this.#follow())
    observer.observe(scroller)
    if (scroller.firstElementChild) observer.observe(scroller.firstElementChild)
    return () => observer.disconnect()
  }

  /** Call on every scroll event, before anything else: the rest depends on where the guest is. */
  judge(): void {
    if (!this.#scroller) return
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller
    const moved = scrollTop - this.#lastTop
    if (scrollHeight - scrollTop - clientHeight <= SLACK_PX) this.#pinned = true
    else if (moved <= -INTENT_PX) this.#pinned = false
    if (Math.abs(moved) >= INTENT_PX) this.#lastTop = scrollTop
  }

  /** At once: a long way is not worth watching. */
  toEnd(): void {
    this.#pinned = true
    if (!this.#scroller) return
    this.#scroller.scrollTop = this.#scroller.scrollHeight
    this.#lastTop = this.#scroller.scrollTop
  }

  /** What has grown is followed, unless that took from sight what has the focus: it is being read, or filled in. */
  #follow(): void {
    const scroller = this.#scroller
    const focused = document.activeElement
    if (!scroller || !focused || focused === scroller || !scroller.contains(focused)) return this.toEnd()
    // A message that was pressed, or come to by the pill, is not held on to.
    if (focused.matches('[data-message-id]:not(:focus-visible)')) return this.toEnd()
    const room = focused.getBoundingClientRect().top - scroller.getBoundingClientRect().top
    const rest = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop
    if (room < 0 || rest <= room) return this.toEnd()
    this.#pinned = false
    this.#lastTop = scroller.scrollTop
  }

  /** Call before the content changes; what it returns, called after, puts what was being read back in its place. */
  holdPlace(): () => void {
    if (this.#pinned) return () => this.#pinned && this.#follow()
    const scroller = this.#scroller
    const held = scroller && firstVisible(scroller)
    if (!scroller || !held) return () => {}
    const { messageId } = held.dataset
    const top = held.getBoundingClientRect().top
    return () => {
      const now = held.isConnected ? held : scroller.querySelector(`[data-message-id="${messageId}"]`)
      if (!now || this.#pinned) return
      // The browser may have held the place itself: only the difference counts.
      const moved = now.getBoundingClientRect().top - top
      if (Math.abs(moved) >= 1) scroller.scrollTop += moved
      this.#lastTop = scroller.scrollTop
    }
  }
}

function firstVisible(scroller: HTMLElement): HTMLElement | undefined {
  const { top } = scroller.getBoundingClientRect()
  const messages = [...scroller.querySelectorAll<HTMLElement>('[data-message-id]')]
  let low = 0
  let high = messages.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((messages[middle]?.getBoundingClientRect().bottom ?? 0) > top) high = middle
    else low = middle + 1
  }
  return messages[low]
}
