import type { Attachment } from '@foyer/shared/protocol/attachment'

const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'])

/** What is drawn as a picture; a vector graphic may hold scripts, and is a file like any other. */
export const isPicture = ({ mediaType }: Attachment): boolean => PICTURES.has(mediaType)

/** Hands a file over to the browser's downloads. */
export function saveAs(address: string, name: string): void {
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
}
