/** Keeps the focus with the message that `control` is part of: the control itself is about to go. */
export function focusMessage(control: Element | null): void {
  control?.closest<HTMLElement>('[data-message-id]')?.focus()
}
