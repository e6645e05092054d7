/* Drawn, not photographed: a sample weighs nothing and belongs to nobody. */

const toPicture = (drawing: string): Blob => new Blob([drawing], { type: 'image/svg+xml' })
const svg = (width: number, height: number, body: string) =>
  toPicture(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${body}</svg>`,
  )

/** A kayak before an island. */
export const bay = (hull = '#e4572e'): Blob =>
  svg(
    640,
    480,
    `<rect width="640" height="480" fill="#bfe3f2"/><circle cx="500" cy="110" r="46" fill="#ffe3a3"/>
     <path d="M0 250 120 170l90 60 110-110 160 130 160-60v120H0z" fill="#5d8aa8"/>
     <rect y="270" width="640" height="210" fill="#2f6f91"/>
     <path d="M120 350h400c-40 44-90 54-200 54s-160-10-200-54z" fill="${hull}"/>
     <path d="M280 350a40 26 0 0 1 80 0z" fill="#2b2d33"/>
     <path d="m210 290 240 110" stroke="#f6e7c8" stroke-width="10" stroke-linecap="round"/>`,
  )

export const face = (): Blob =>
  svg(
    96,
    96,
    `<rect width="96" height="96" fill="#f2c9a5"/><path d="M0 96c4-28 22-36 48-36s44 8 48 36z" fill="#3c5a8a"/>
     <circle cx="48" cy="42" r="20" fill="#8a5a3b"/><path d="M26 42c0-40 44-40 44 0-8-14-36-14-44 0z" fill="#26201d"/>`,
  )

/** The same as a camera would have kept it. */
export async function toPng(picture: Blob, name: string): Promise<File> {
  const image = new Image()
  image.src = URL.createObjectURL(picture)
  await image.decode()
  const canvas = new OffscreenCanvas(image.naturalWidth / 4, image.naturalHeight / 4)
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  URL.revokeObjectURL(image.src)
  return new File([await canvas.convertToBlob({ type: 'image/png' })], name, { type: 'image/png' })
}
