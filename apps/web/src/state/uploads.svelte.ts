import type { Attachment } from '@foyer/shared/protocol/attachment'
import type { UploadLimits } from '@foyer/shared/protocol/config'
import type { FileRefusal, Problem } from '@foyer/shared/protocol/problem'
import * as v from 'valibot'
import { ProblemError } from '../api/problem-error.ts'
import type { UploadOptions } from '../api/upload.ts'
import type { TabStorage } from './tab-storage.ts'
import { refusalOf } from './upload-limits.ts'

/** A file the guest chose, until it is sent or taken away. */
export interface Upload {
  readonly id: number
  readonly file: File
  readonly progress: UploadProgress
}

export type UploadProgress =
  | { readonly state: 'uploading'; /** From 0 to 1. */ readonly share: number }
  | { readonly state: 'uploaded'; readonly attachment: Attachment }
  | { readonly state: 'failed'; readonly problem: Problem | undefined }
  /** The limits forbid it, or it was not taken: another attempt cannot help. */
  | { readonly state: 'refused'; readonly refusal: FileRefusal }

export interface UploadsOptions {
  /** Undefined where there are none to be known: then the BFF alone judges. */
  readLimits(): Promise<UploadLimits | undefined>
  upload(file: File, options: UploadOptions): Promise<Attachment>
  remove(attachmentId: string): Promise<void>
  storage: TabStorage
}

export type RefusedUpload = Upload & { readonly progress: { readonly state: 'refused' } }

/** Names of the files that wait for their message. */
const Waiting = v.array(v.string())

/** Files on their way up, in the order they were chosen. They go up at once, and with the next message. */
export class Uploads {
  readonly #options: UploadsOptions
  readonly #aborts: Record<number, AbortController> = {}
  #list = $state.raw<readonly Upload[]>([])
  #count = 0
  #limits = $state.raw<UploadLimits>()
  #interrupted = $state.raw<readonly string[]>([])
  /** Those that were refused before the last message: whoever sends another has read of them. */
  #readOf: readonly number[] = []

  constructor(options: UploadsOptions) {
    this.#options = options
    this.#interrupted = options.storage.read('uploads', Waiting) ?? []
  }

  get list(): readonly Upload[] {
    return this.#list
  }
  /** Known once the first file has been chosen. */
  get limits(): UploadLimits | undefined {
    return this.#limits
  }
  /** Names of the files that a reload took away before they were sent: the browser hands none of them back. */
  get interrupted(): readonly string[] {
    return this.#interrupted
  }
  /** What cannot be sent, to be read. */
  get refused(): readonly RefusedUpload[] {
    return this.#list.filter(isRefused)
  }
  get isBusy(): boolean {
    return this.#list.some(({ progress }) => progress.state === 'uploading')
  }
  get ready(): readonly Attachment[] {
    return this.#list.flatMap(({ progress }) => (progress.state === 'uploaded' ? [progress.attachment] : []))
  }

  add(files: readonly File[]): void {
    this.#interrupted = []
    this.dismissRefused()
    for (const file of files) {
      const upload = { id: ++this.#count, file, progress: { state: 'uploading', share: 0 } as const }
      this.#change([...this.#list, upload])
      void this.#start(upload)
    }
  }

  retry({ id, file }: Upload): void {
    this.#note(id, { state: 'uploading', share: 0 })
    void this.#start({ id, file })
  }

  /** Stops it, or takes it back from the platform. */
  remove({ id, progress }: Upload): void {
    this.#aborts[id]?.abort()
    this.#change(this.#list.filter((one) => one.id !== id))
    // One that stays behind is forgotten by the platform in time.
    if (progress.state === 'uploaded') void this.#options.remove(progress.attachment.attachmentId).catch(() => {})
  }

  /** The files that are up leave with a message; what failed stays to be seen, what was refused until the next one. */
  take(): readonly Attachment[] {
    const taken = this.ready
    const isDone = ({ id, progress }: Upload) => progress.state === 'uploaded' || this.#readOf.includes(id)
    this.#change(this.#list.filter((upload) => !isDone(upload)))
    this.#readOf = this.refused.map(({ id }) => id)
    return taken
  }

  /** The guest has read what was refused. */
  dismissRefused(): void {
    this.#change(this.#list.filter((upload) => !isRefused(upload)))
  }

  close(): void {
    for (const abort of Object.values(this.#aborts)) abort.abort()
    this.#change([])
  }

  /** The guest has read what was interrupted. */
  dismiss(): void {
    this.#interrupted = []
    this.#change(this.#list)
  }

  async #start({ id, file }: Pick<Upload, 'id' | 'file'>): Promise<void> {
    const abort = new AbortController()
    this.#aborts[id] = abort
    try {
      this.#limits ??= await this.#options.readLimits()
      const refusal = this.#limits && refusalOf(file, this.#limits)
      if (refusal) return this.#refuse(id, refusal)
      const onProgress = (share: number) => this.#note(id, { state: 'uploading', share })
      const attachment = await this.#options.upload(file, { onProgress, signal: abort.signal })
      this.#note(id, { state: 'uploaded', attachment })
    } catch (error) {
      if (abort.signal.aborted) return
      const problem = error instanceof ProblemError ? error.problem : undefined
      const refusal = problem && refusalIn(problem)
      if (refusal) this.#refuse(id, refusal)
      else this.#note(id, { state: 'failed', problem })
    }
  }

  #refuse(id: number, refusal: FileRefusal) {
    this.#note(id, { state: 'refused', refusal })
    this.#change(this.#list) // A reload does not interrupt it any more.
  }

  #change(list: readonly Upload[]) {
    this.#list = list
    const names = list.filter(({ progress }) => progress.state !== 'refused').map(({ file }) => file.name)
    this.#options.storage.write('uploads', names.length > 0 ? names : undefined)
  }

  #note(id: number, progress: UploadProgress) {
    this.#list = this.#list.map((upload) => (upload.id === id ? { ...upload, progress } : upload))
  }
}

const isRefused = (upload: Upload): upload is RefusedUpload => upload.progress.state === 'refused'

/** Something in front of the BFF may find it too large, too, and says so by the status alone. */
function refusalIn({ fileRefusal, status }: Problem): FileRefusal | undefined {
  return fileRefusal ?? (status === 413 ? 'too-large' : undefined)
}
