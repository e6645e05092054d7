import type { Attachment as AttachmentContent } from '@foyer/shared/platform/web-messaging/content'
import type { PresignedUrl } from '@foyer/shared/platform/web-messaging/server-frames'
import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Deployment } from '../options.ts'
import { createUuid } from '../world/identifiers.ts'
import { refuseFile, type FileError, type FileRequest } from './file-limits.ts'

/** A file of either side. `owner` is a session's key, or a conversation's id for an agent's file. */
export interface StoredFile {
  readonly id: string
  readonly owner: string
  readonly name: string
  readonly type: string
  readonly declaredSize: number | undefined
  readonly maxBytes: number
  readonly downloadSeconds: number
  /** Part of the upload's address. */
  readonly signature: string
  readonly slotEndsAtMs: number
  state: 'awaited' | 'stored' | 'sent'
  /** One that is stored and never sent is gone then. */
  unsentEndsAtMs: number
  bytes: Buffer
}

export type UploadEvent =
  | {
      readonly class: 'UploadSuccessEvent'
      readonly body: { attachmentId: string; downloadUrl: string; timestamp: string }
    }
  | { readonly class: 'UploadFailureEvent'; readonly body: FileError & { attachmentId: string; timestamp: string } }

/** How long a slot can be filled, and what goes with the bytes (web-messaging.md §14). */
const SLOT_MS = 600_000
const UNSENT_MS = 15 * 24 * 3_600_000
export const UPLOAD_HEADERS = { 'x-amz-tagging': 'organizationId=org-81&originPlatform=PureCloud&role=guest' }
/** Files over this together: the oldest are let go. */
const MAX_TOTAL_BYTES = 200 * 1024 * 1024

/** Files, from the asking for a slot to the last download. Kept in memory, the oldest given up first. */
export class Attachments {
  readonly #clock: Clock
  readonly #files = new Map<string, StoredFile>()
  readonly #links = new Map<string, { readonly fileId: string; readonly expiresAtMs: number }>()
  readonly #listeners = new Set<(owner: string, event: UploadEvent) => void>()
  #totalBytes = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A slot for a file, or why there is none. */
  request(owner: string, deployment: Deployment, file: FileRequest, origin: string): PresignedUrl | FileError {
    const error = refuseFile(file, deployment)
    if (error) return error
    const id = file.attachmentId ?? createUuid()
    if (this.#files.has(id)) return { errorCode: 400, errorMessage: 'The attachment id is in use' }
    const stored: StoredFile = {
      id,
      owner,
      name: file.fileName,
      type: file.fileType,
      declaredSize: file.fileSize ?? undefined,
      maxBytes: deployment.maxFileSizeKB * 1024,
      downloadSeconds: deployment.downloadSeconds,
      signature: randomBytes(16).toString('hex'),
      slotEndsAtMs: this.#clock.now() + SLOT_MS,
      state: 'awaited',
      unsentEndsAtMs: 0,
      bytes: Buffer.alloc(0),
    }
    this.#files.set(id, stored)
    const url = `${origin}/_storage/uploads/${encodeURIComponent(id)}?X-Amz-Expires=${SLOT_MS / 1000}&X-Amz-Signature=${stored.signature}`
    return { attachmentId: id, headers: { ...UPLOAD_HEADERS }, url }
  }

  /** A fresh link to a file that is there. */
  refresh(owner: string, id: string, origin: string): PresignedUrl | 'unknown' | 'expired' {
    const file = this.#owned(owner, id)
    if (!file || file.state === 'awaited') return 'unknown'
    if (this.#isTooOld(file)) return 'expired'
    const { name: fileName, type: fileType, bytes } = file
    return { attachmentId: id, headers: {}, url: this.#link(file, origin), fileName, fileSize: bytes.length, fileType }
  }

  /** Whether there was one that could be taken back: sent files stay. */
  remove(owner: string, id: string): boolean {
    const file = this.#owned(owner, id)
    if (!file || file.state === 'sent') return false
    this.#drop(file)
    return true
  }

  /** The file as content of a message; it is sent from then on. */
  take(owner: string, id: string, origin: string): AttachmentContent | 'unknown' | 'expired' | 'not-uploaded' {
    const file = this.#owned(owner, id)
    if (!file) return 'unknown'
    if (file.state === 'awaited') return 'not-uploaded'
    if (this.#isTooOld(file)) return 'expired'
    file.state = 'sent'
    return this.#toContent(file, origin)
  }

  /** An agent's file, at once part of a message. */
  give(
    conversationId: string,
    file: { name: string; type: string; bytes: Buffer },
    downloadSeconds: number,
    origin: string,
  ) {
    const stored: StoredFile = {
      ...{ id: createUuid(), owner: conversationId, name: file.name, type: file.type, declaredSize: file.bytes.length },
      ...{
        maxBytes: file.bytes.length,
        downloadSeconds,
        signature: '',
        slotEndsAtMs: 0,
        state: 'sent',
        unsentEndsAtMs: 0,
        bytes: file.bytes,
      },
    }
    this.#files.set(stored.id, stored)
    this.#makeRoom(file.bytes.length)
    return this.#toContent(stored, origin)
  }

  /** The slot of an upload's address. */
  findSlot(id: string, signature: string): StoredFile | undefined {
    const file = this.#files.get(id)
    const isOpen = file?.state === 'awaited' && file.signature === signature && file.slotEndsAtMs > this.#clock.now()
    return isOpen ? file : undefined
  }

  /** The bytes are in; `error` is what a look at them found. Tells the session. */
  settle(file: StoredFile, bytes: Buffer, error: FileError | undefined, origin: string): void {
    const timestamp = new Date(this.#clock.now()).toISOString()
    if (error) {
      this.#drop(file)
      return this.#tell(file.owner, {
        class: 'UploadFailureEvent',
        body: { attachmentId: file.id, ...error, timestamp },
      })
    }
    file.bytes = bytes
    file.state = 'stored'
    file.unsentEndsAtMs = this.#clock.now() + UNSENT_MS
    this.#makeRoom(bytes.length)
    const downloadUrl = this.#link(file, origin)
    this.#tell(file.owner, { class: 'UploadSuccessEvent', body: { attachmentId: file.id, downloadUrl, timestamp } })
  }

  /** What a link leads to, while it lives. */
  findLinked(linkId: string): StoredFile | undefined {
    const link = this.#links.get(linkId)
    return link && link.expiresAtMs > this.#clock.now() ? this.#files.get(link.fileId) : undefined
  }

  /** Returns what stops it. */
  onSettled(listener: (owner: string, event: UploadEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  clear(): void {
    this.#files.clear()
    this.#links.clear()
    this.#totalBytes = 0
  }

  /** A guest's own, or one in a conversation of theirs: agents' files are told by ids nobody can guess. */
  #owned(owner: string, id: string): StoredFile | undefined {
    const file = this.#files.get(id)
    return file && (file.owner === owner || file.signature === '') ? file : undefined
  }

  #isTooOld({ state, unsentEndsAtMs }: StoredFile): boolean {
    return state === 'stored' && unsentEndsAtMs <= this.#clock.now()
  }

  #toContent(file: StoredFile, origin: string): AttachmentContent {
    const { id, name: filename, type: mime, bytes } = file
    return { id, url: this.#link(file, origin), filename, fileSize: bytes.length, mediaType: mediaTypeOf(mime), mime }
  }

  #link(file: StoredFile, origin: string): string {
    const linkId = randomBytes(16).toString('hex')
    this.#links.set(linkId, { fileId: file.id, expiresAtMs: this.#clock.now() + file.downloadSeconds * 1000 })
    return `${origin}/api/v2/downloads/${linkId}`
  }

  #makeRoom(bytes: number): void {
    this.#totalBytes += bytes
    for (const file of this.#files.values()) {
      if (this.#totalBytes <= MAX_TOTAL_BYTES) return
      if (file.bytes.length > 0) this.#drop(file)
    }
  }

  #drop(file: StoredFile): void {
    this.#files.delete(file.id)
    this.#totalBytes -= file.bytes.length
  }

  #tell(owner: string, event: UploadEvent): void {
    for (const listener of this.#listeners) listener(owner, event)
  }
}

/** The platform's own five kinds (§7.1). */
function mediaTypeOf(mime: string): string {
  const [kind = ''] = mime.split('/', 1)
  return { image: 'Image', video: 'Video', audio: 'Audio' }[kind] ?? 'File'
}
