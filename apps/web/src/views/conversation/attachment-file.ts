import type { Attachment } from '@foyer/shared/protocol/attachment'

const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'])

/** What is drawn as a picture; a vector graphic may hold scripts, and is a file like any other. */
export const isPicture = ({ mediaType }: Pick<Attachment, 'mediaType'>): boolean => PICTURES.has(mediaType)

/** Hands a file over to the browser's downloads. */
export function saveAs(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  // The download has begun by then, or never will.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
