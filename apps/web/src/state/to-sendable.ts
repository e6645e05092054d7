/** What of a text may travel: the rest could not be stored or shown anywhere. */
export function toSendable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed().trim()
}
