import { fileTypeFromBuffer } from 'file-type'

/** So many bytes at the start tell what a file is. */
const HEAD_BYTES = 4_100

/** What a browser may draw where it stands: pixels and sound, nothing that can run. A vector graphic can. */
const PICTURES = new Set([
  'image/png',
  'image/apng',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
])
const HARMLESS = /^(audio|video)\/[\w.+-]+$|^application\/pdf$/
const PROGRAM = /^application\/(x-msdownload|x-elf|x-mach-binary|x-dosexec|java-vm|wasm)$/

/** The type by what the bytes are, never by what somebody says they are; what is not known to be harmless is only bytes. */
export function servedType(found: string | undefined): string {
  return found !== undefined && (PICTURES.has(found) || HARMLESS.test(found)) ? found : 'application/octet-stream'
}

/** Whether bytes of the type `found` cannot be what they are `declared` to be: a picture that is none, a program as a text. */
export function contradicts(declared: string, found: string | undefined): boolean {
  const [said, is] = [kindOf(declared), found === undefined ? undefined : kindOf(found)]
  if (PICTURES.has(declared)) return is !== 'picture'
  return said !== undefined && is !== undefined && said !== is
}

function kindOf(type: string): string | undefined {
  if (PROGRAM.test(type)) return 'program'
  if (type === 'application/pdf') return 'document'
  if (/^(audio|video)\/|^application\/ogg$/.test(type)) return 'recording'
  if (type.startsWith('image/')) return type.endsWith('xml') ? undefined : 'picture'
  return type.startsWith('text/') ? 'text' : undefined
}

export interface LookedAt {
  /** By its first bytes; undefined for text, and for what is not known. */
  readonly found: string | undefined
  /** All of it, its first bytes included. */
  readonly bytes: ReadableStream<Uint8Array>
}

/** Looks at the first bytes of a file, and hands all of them on. */
export async function lookAt(stream: ReadableStream<Uint8Array>): Promise<LookedAt> {
  const reader = stream.getReader()
  const head: Uint8Array[] = []
  for (let size = 0; size < HEAD_BYTES;) {
    const { done, value } = await reader.read()
    if (done) break
    head.push(value)
    size += value.length
  }
  const kind = await fileTypeFromBuffer(Buffer.concat(head).subarray(0, HEAD_BYTES)).catch(() => undefined)
  const bytes = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = head.shift() ?? (await reader.read()).value
      if (next === undefined) controller.close()
      else controller.enqueue(next)
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return { found: kind?.mime, bytes }
}
