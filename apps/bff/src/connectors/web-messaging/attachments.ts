import type { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'
import type { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import type { UploadLimits } from '@foyer/shared/protocol/config'
import type { IncomingFile, OutgoingFile, UpstreamFiles } from '../connector.ts'
import { UpstreamError } from '../upstream-error.ts'
import { asWhole } from './as-whole.ts'
import { refusalIn, refusalOf } from './error-codes.ts'
import { exactly } from './exact-length.ts'
import type { Media } from './media.ts'
import { forbiddenBy } from './upload-limits.ts'
import { attachmentIdOf } from './translate.ts'

const LOOK_MS = 30_000
/** So many links are kept; a link that is gone is asked for again. */
const MAX_LINKS = 500

export interface AttachmentsParts {
  /** Asks over the session's socket; resolves to the answer, error or not. Throws UpstreamError. */
  readonly ask: (frame: object, signal?: AbortSignal) => Promise<ServerFrame>
  readonly limits: () => UploadLimits | undefined
  readonly media: Media
  /** How long the platform may look at a file after its last byte. */
  readonly lookMs?: number | undefined
}

interface Link {
  readonly url: string
  readonly name: string | undefined
}

/** A session's files (web-messaging.md §14): up by a presigned address, down by links that live for minutes. */
export class Attachments implements UpstreamFiles {
  readonly #parts: AttachmentsParts
  readonly #links = new Map<string, Link>()
  readonly #looked = new Map<string, (frame: ServerFrame) => void>()

  constructor(parts: AttachmentsParts) {
    this.#parts = parts
  }

  async upload(file: OutgoingFile, signal?: AbortSignal): Promise<void> {
    const { attachmentId, name: fileName, mediaType: fileType, size: fileSize, bytes } = file
    const forbidden = forbiddenBy(this.#parts.limits(), file)
    if (forbidden !== undefined) throw refusalOf('file', forbidden)
    const slot = await this.#ask(
      { action: 'onAttachment', attachmentId, fileName, fileType, fileSize, errorsAsJson: true },
      signal,
    )
    if (slot.class !== 'PresignedUrlResponse') throw refusalOf('file', 5000)
    const looked = this.#untilLooked(attachmentId, signal)
    try {
      const headers = headersOf(slot.body.headers, { 'content-type': fileType, 'content-length': String(fileSize) })
      await this.#parts.media.put(slot.body.url, headers, bytes.pipeThrough(exactly(fileSize)), signal)
      // The bytes are there; whether they are taken is told on the socket, before or after.
      looked.startTimer()
      const url = await this.#accepted(attachmentId, await looked.frame, signal)
      this.#note(attachmentId, { url, name: fileName })
    } catch (error) {
      // What was begun is not left lying about; the platform forgets it in time, too.
      void this.remove(attachmentId).catch(() => undefined)
      throw error
    } finally {
      looked.stop()
    }
  }

  async remove(attachmentId: string, signal?: AbortSignal): Promise<void> {
    await this.#ask({ action: 'deleteAttachment', attachmentId }, signal)
  }

  /** Until it begins the file has one deadline; from then on the caller's signal alone ends it. */
  async download(attachmentId: string, signal?: AbortSignal): Promise<IncomingFile> {
    return asWhole('file', undefined, (whole) =>
      this.#find(attachmentId, signal ? AbortSignal.any([signal, whole]) : whole),
    )
  }

  async #find(attachmentId: string, signal: AbortSignal): Promise<IncomingFile> {
    const known = this.#links.get(attachmentId)
    if (known) {
      const file = await this.#tryLink(known, signal)
      if (file) return file
    }
    const frame = await this.#ask({ action: 'getAttachment', attachmentId }, signal)
    if (frame.class !== 'PresignedUrlResponse') throw refusalOf('file', 4009)
    const link = { url: frame.body.url, name: frame.body.fileName ?? known?.name }
    this.#note(attachmentId, link)
    return { ...(await this.#parts.media.fetch(link.url, signal)), name: link.name }
  }

  /** Something came over the socket that is about a file. */
  take(frame: ServerFrame): void {
    if (frame.class !== 'UploadSuccessEvent' && frame.class !== 'UploadFailureEvent') return
    this.#looked.get(frame.body.attachmentId ?? '')?.(frame)
  }

  /** Links come with messages too. */
  noteLinks(message: NormalizedMessage): void {
    for (const item of message.content ?? []) {
      if (item.contentType !== 'Attachment') continue
      const { url, filename } = item.attachment
      if (url) this.#note(attachmentIdOf(message, item.attachment.id), { url, name: filename ?? undefined })
    }
  }

  /** Undefined where the link has died, or does not lead there. */
  async #tryLink({ url, name }: Link, signal?: AbortSignal): Promise<IncomingFile | undefined> {
    try {
      return { ...(await this.#parts.media.fetch(url, signal)), name }
    } catch (error) {
      if (error instanceof UpstreamError && error.code === 'file-missing') return undefined
      throw error
    }
  }

  async #ask(frame: object, signal?: AbortSignal): Promise<ServerFrame> {
    const answer = await this.#parts.ask(frame, signal)
    const refusal = refusalIn(answer, 'file')
    if (refusal) throw refusal
    return answer
  }

  /** Where the file can be fetched. Without a word of it, that may have been lost with a line: what can be fetched was taken. */
  async #accepted(attachmentId: string, told: ServerFrame | 'nothing', signal?: AbortSignal): Promise<string> {
    const frame = told === 'nothing' ? await this.#ask({ action: 'getAttachment', attachmentId }, signal) : told
    const refusal = refusalIn(frame, 'file')
    if (refusal) throw refusal
    if (frame.class === 'UploadSuccessEvent') return frame.body.downloadUrl
    if (frame.class === 'PresignedUrlResponse') return frame.body.url
    throw refusalOf('file', 4010)
  }

  #untilLooked(attachmentId: string, signal?: AbortSignal) {
    const { promise, resolve, reject } = Promise.withResolvers<ServerFrame | 'nothing'>()
    promise.catch(() => undefined)
    let timer: NodeJS.Timeout | undefined
    const startTimer = () => {
      timer = setTimeout(() => resolve('nothing'), this.#parts.lookMs ?? LOOK_MS)
    }
    const abort = () => reject(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
    this.#looked.set(attachmentId, resolve)
    const stop = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      this.#looked.delete(attachmentId)
    }
    return { frame: promise, startTimer, stop }
  }

  #note(attachmentId: string, link: Link): void {
    this.#links.delete(attachmentId)
    this.#links.set(attachmentId, link)
    const [oldest] = this.#links.keys()
    if (this.#links.size > MAX_LINKS && oldest !== undefined) this.#links.delete(oldest)
  }
}

/** The platform's, however it writes their names, and over them our own: no header goes up twice. */
function headersOf(theirs: Readonly<Record<string, string>>, ours: Readonly<Record<string, string>>) {
  const lowered = Object.entries(theirs).map(([name, value]) => [name.toLowerCase(), value] as const)
  return { ...Object.fromEntries(lowered), ...ours }
}
