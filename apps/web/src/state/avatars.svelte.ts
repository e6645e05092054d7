/** The pictures of those who speak, each fetched once however often it is drawn; given back with `close`. */
export class Avatars {
  readonly #read: (messageId: string, address: string) => Promise<Blob>
  /** By the address the platform gave; undefined: asked for, and not here (yet). */
  #pictures = $state.raw<Readonly<Record<string, string | undefined>>>({})

  constructor(read: (messageId: string, address: string) => Promise<Blob>) {
    this.#read = read
  }

  /** Where the picture of this address is to be had; undefined while there is none. */
  shown(address: string | undefined): string | undefined {
    return address === undefined ? undefined : this.#pictures[address]
  }

  /** `messageId`: a message whose sender has this picture. One that cannot be had is not asked for again. */
  async load(address: string, messageId: string): Promise<void> {
    if (address in this.#pictures) return
    this.#pictures = { ...this.#pictures, [address]: undefined }
    try {
      const picture = URL.createObjectURL(await this.#read(messageId, address))
      this.#pictures = { ...this.#pictures, [address]: picture }
    } catch {
      // The initials stand there anyway.
    }
  }

  close(): void {
    for (const picture of Object.values(this.#pictures)) if (picture) URL.revokeObjectURL(picture)
    this.#pictures = {}
  }
}
