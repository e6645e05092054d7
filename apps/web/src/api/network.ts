/** Whether the device has a network, and when it is worth a new attempt. */
export interface Network {
  readonly online: boolean
  /** Called when the device goes online or offline, and when the page is looked at again. Returns what stops it. */
  subscribe(listener: () => void): () => void
}
