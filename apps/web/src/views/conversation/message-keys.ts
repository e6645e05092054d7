/*
 * The messages of a log are one stop of the Tab key, and the arrows go from one to the next (roving tabindex, WAI-ARIA APG,
 * "Developing a keyboard interface"). What can be pressed inside a message keeps its own stop: Tab alone reaches everything.
 *
 *   composer ◀── Escape ── message ◀── Escape ── its controls
 *                          message ──  Enter ──▶ its controls, where every other key is theirs
 *
 * The log itself is a stop only while the focus is elsewhere. Entered by keyboard it hands the focus on to the message one
 * would read next; without that, Tab would come to the oldest link of a long conversation first.
 */

interface MessageKeysOptions {
  /** Whether the end is being followed: then the last message is where one goes on. */
  readonly isPinned: () => boolean
  /** The focus has come to the first, or to the last, message that is drawn. */
  readonly onfirst: () => void
  readonly onlast: () => void
  /** Escape, from a message. */
  readonly onleave: () => void
}

type Step = (at: number, messages: readonly HTMLElement[], pagePx: number) => number

const STEPS: Record<string, Step> = {
  ArrowUp: (at) => at - 1,
  ArrowDown: (at) => at + 1,
  PageUp: (at, messages, pagePx) => aPageAway(at, messages, -1, pagePx),
  PageDown: (at, messages, pagePx) => aPageAway(at, messages, 1, pagePx),
  Home: () => 0,
  End: (_, messages) => messages.length - 1,
}

const CONTROL = ['a[href]', 'button', 'input', 'select', 'textarea']
  .map((control) => `${control}:not(:disabled, [tabindex='-1'])`)
  .join()

export class MessageKeys {
  readonly #options: MessageKeysOptions
  #log: HTMLElement | undefined
  /** The one with the stop. */
  #current: HTMLElement | undefined

  constructor(options: MessageKeysOptions) {
    this.#options = options
  }

  /** Attach to the log. */
  readonly attach = (log: HTMLElement): (() => void) => {
    this.#log = log
    const listening = new AbortController()
    const { signal } = listening
    log.addEventListener('keydown', (event) => this.#press(event, log), { signal })
    log.addEventListener('focusin', ({ target }) => this.#enter(target as HTMLElement, log), { signal })
    log.addEventListener('focusout', ({ relatedTarget }) => this.#left(relatedTarget, log), { signal })
    return () => listening.abort()
  }

  /** Call when messages have come or gone. */
  settle(): void {
    const log = this.#log
    if (log && this.#options.isPinned() && !log.contains(document.activeElement)) this.#give(messagesOf(log).at(-1))
  }

  #press(event: KeyboardEvent, log: HTMLElement) {
    const { key, target } = event
    // Keys of an input method are its own; 229 is how some browsers tell of them (UI Events §7.3.1).
    if (event.isComposing || event.keyCode === 229) return
    if (!(target instanceof HTMLElement) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    const message = messageOf(target)
    if (key === 'Escape') this.#escape(event, target, message)
    if (target !== message && target !== log) return
    if (key === 'Enter') return enterMessage(event, message)
    const messages = messagesOf(log)
    // By the log itself pages are turned as by any part that scrolls.
    if (!message && key.startsWith('Page')) return
    const at = message ? messages.indexOf(message) : messages.length
    const to = STEPS[key]?.(at, messages, log.clientHeight)
    if (to === undefined || messages.length === 0) return
    event.preventDefault()
    this.#go(Math.min(Math.max(to, 0), messages.length - 1), messages)
  }

  #go(to: number, messages: readonly HTMLElement[]) {
    messages[to]?.focus({ preventScroll: true })
    messages[to]?.scrollIntoView({ block: 'nearest' })
    if (to === 0) this.#options.onfirst()
    if (to === messages.length - 1) this.#options.onlast()
  }

  #escape(event: KeyboardEvent, target: HTMLElement, message: HTMLElement | undefined) {
    if (target.closest('dialog')) return // It closes, and gives the focus back itself.
    event.preventDefault()
    if (message && target !== message) message.focus()
    else this.#options.onleave()
  }

  #enter(target: HTMLElement, log: HTMLElement) {
    if (target === log) return this.#handOn(log)
    log.tabIndex = -1
    this.#give(messageOf(target))
  }

  #left(to: EventTarget | null, log: HTMLElement) {
    if (!(to instanceof Node && log.contains(to))) log.tabIndex = 0
  }

  /** A press of the mouse beside the messages is no wish to be at one. */
  #handOn(log: HTMLElement) {
    if (!log.matches(':focus-visible')) return
    const messages = messagesOf(log)
    const { top, bottom } = log.getBoundingClientRect()
    const isInView = (message: HTMLElement) => {
      const box = message.getBoundingClientRect()
      return box.bottom > top && box.top < bottom
    }
    const next = this.#current?.isConnected && isInView(this.#current) ? this.#current : messages.findLast(isInView)
    const message = this.#options.isPinned() ? messages.at(-1) : next
    message?.focus({ preventScroll: true })
    message?.scrollIntoView({ block: 'nearest' })
  }

  #give(message: HTMLElement | undefined) {
    if (!message || message === this.#current) return
    this.#current?.setAttribute('tabindex', '-1')
    message.setAttribute('tabindex', '0')
    this.#current = message
  }
}

function messagesOf(log: HTMLElement): HTMLElement[] {
  return [...log.querySelectorAll<HTMLElement>('[data-message-id]')]
}

/** The message that something is in, or belongs to. */
function messageOf(element: HTMLElement): HTMLElement | undefined {
  return element.closest('.message')?.querySelector<HTMLElement>('[data-message-id]') ?? undefined
}

function enterMessage(event: KeyboardEvent, message: HTMLElement | undefined) {
  const control = message?.closest('.message')?.querySelector<HTMLElement>(CONTROL)
  if (!control) return
  event.preventDefault()
  control.focus()
}

/** As far as one page goes, but one message at least. Looks at no message beyond: that would have it laid out. */
function aPageAway(at: number, messages: readonly HTMLElement[], by: 1 | -1, pagePx: number): number {
  const topOf = (index: number) => messages[index]?.getBoundingClientRect().top ?? Infinity
  const from = topOf(Math.min(at, messages.length - 1))
  let to = at + by
  while (messages[to + by] && Math.abs(topOf(to + by) - from) <= pagePx) to += by
  return to
}
