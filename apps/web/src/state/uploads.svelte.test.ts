import type { Attachment } from '@foyer/shared/protocol/attachment'
import { describe, expect, test } from 'vitest'
import { ProblemError, UnreachableError } from '../api/problem-error.ts'
import type { UploadOptions } from '../api/upload.ts'
import { fakeStorage } from './fake-storage.ts'
import { createTabStorage } from './tab-storage.ts'
import { Uploads } from './uploads.svelte.ts'

const limits = { types: ['image/*'], maxBytes: 100, blockedExtensions: [] }
const photo = (name = 'photo.png', bytes = 3) => new File([new Uint8Array(bytes)], name, { type: 'image/png' })
const toAttachment = ({ name, size }: File): Attachment => ({ attachmentId: name, name, mediaType: 'image/png', size })
const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

function createUploads(
  upload: (file: File, options: UploadOptions) => Promise<Attachment>,
  storage = createTabStorage(fakeStorage),
) {
  const removed: string[] = []
  const uploads = new Uploads({
    readLimits: () => Promise.resolve(limits),
    upload,
    remove: async (attachmentId) => void removed.push(attachmentId),
    storage,
  })
  return { uploads, removed, states: () => uploads.list.map(({ progress }) => progress.state) }
}

describe('files on their way up', () => {
  test('go up at once, tell how far they got, and leave in the order they were chosen', async () => {
    const { uploads, states } = createUploads(async (file, { onProgress }) => (onProgress(0.5), toAttachment(file)))
    uploads.add([photo('one.png'), photo('two.png')])
    expect(uploads.isBusy).toBe(true)
    await settled()
    expect(states()).toEqual(['uploaded', 'uploaded'])
    expect(uploads.take().map(({ name }) => name)).toEqual(['one.png', 'two.png'])
    expect(uploads.list).toEqual([])
  })

  test('what the limits forbid never goes up', async () => {
    const asked: string[] = []
    const { uploads, states } = createUploads(async (file) => (asked.push(file.name), toAttachment(file)))
    uploads.add([photo('big.png', 101), photo('none.png', 0), photo()])
    await settled()
    expect(states()).toEqual(['refused', 'refused', 'uploaded'])
    expect(asked).toEqual(['photo.png'])
    uploads.take()
    expect(states()).toEqual(['refused', 'refused'])
  })

  test('what was refused for good is no failure to try again, and no reload interrupts it', async () => {
    const problem = { type: '', title: '', status: 422, detail: '', code: 'attachment-refused' as const }
    const refusals = [
      new ProblemError({ ...problem, fileRefusal: 'content' }),
      new ProblemError({ ...problem, status: 413, code: 'internal-error' }), // of a proxy
    ]
    const browser = fakeStorage()
    const storage = createTabStorage(() => browser)
    const { uploads } = createUploads(() => Promise.reject(refusals.shift() ?? new Error('no more')), storage)
    uploads.add([photo('disguised.png'), photo('huge.png')])
    await settled()
    expect(uploads.refused.map(({ progress: { refusal } }) => refusal)).toEqual(['content', 'too-large'])
    expect(createUploads(() => Promise.reject(new Error('no')), storage).uploads.interrupted).toEqual([])
  })

  test('what was refused can be read until the next message, other files, or the guest’s word', async () => {
    const { uploads, states } = createUploads(async (file) => toAttachment(file))
    const refuse = async () => {
      uploads.add([photo('big.png', 101)])
      await settled()
      expect(states()).toEqual(['refused'])
    }
    await refuse()
    uploads.take()
    expect(states()).toEqual(['refused'])
    uploads.take()
    expect(states()).toEqual([])

    await refuse()
    uploads.add([photo()])
    await settled()
    expect(states()).toEqual(['uploaded'])
    uploads.take()

    await refuse()
    uploads.dismissRefused()
    expect(states()).toEqual([])
  })

  test('one that failed can be tried again', async () => {
    const answers = [
      () => Promise.reject(new UnreachableError('no answer')),
      () => Promise.resolve(toAttachment(photo())),
    ]
    const { uploads, states } = createUploads(() => answers.shift()?.() ?? Promise.reject(new Error('no more')))
    uploads.add([photo()])
    await settled()
    expect(states()).toEqual(['failed'])
    for (const upload of uploads.list) uploads.retry(upload)
    await settled()
    expect(states()).toEqual(['uploaded'])
  })

  test('a refusal says why', async () => {
    const problem = { type: '', title: '', status: 422, detail: '', code: 'attachment-refused' as const }
    const { uploads } = createUploads(() => Promise.reject(new ProblemError(problem)))
    uploads.add([photo()])
    await settled()
    expect(uploads.list[0]?.progress).toEqual({ state: 'failed', problem })
  })

  test('taken away, one stops on its way, or is taken back', async () => {
    let stopped = false
    const { uploads, removed } = createUploads(async (file, { signal }) => {
      if (file.name === 'up.png') return toAttachment(file)
      signal.addEventListener('abort', () => (stopped = true))
      return new Promise(() => {})
    })
    uploads.add([photo('up.png'), photo('way.png')])
    await settled()
    for (const upload of uploads.list) uploads.remove(upload)
    expect(uploads.list).toEqual([])
    expect(stopped).toBe(true)
    expect(removed).toEqual(['up.png'])
  })

  test('a reload says which were lost before they were sent, until the guest has read it or chosen anew', () => {
    const browser = fakeStorage()
    const storage = createTabStorage(() => browser)
    const never = () => new Promise<Attachment>(() => {})
    createUploads(never, storage).uploads.add([photo('one.png'), photo('two.png')])
    expect(createUploads(never, storage).uploads.interrupted).toEqual(['one.png', 'two.png'])

    const { uploads } = createUploads(never, storage)
    uploads.dismiss()
    expect(uploads.interrupted).toEqual([])
    expect(createUploads(never, storage).uploads.interrupted).toEqual([])
  })

  test('what was sent, or never went up, was not interrupted', async () => {
    const browser = fakeStorage()
    const storage = createTabStorage(() => browser)
    const { uploads } = createUploads((file) => Promise.resolve(toAttachment(file)), storage)
    uploads.add([photo(), photo('none.png', 0)])
    await settled()
    uploads.take()
    expect(createUploads(() => Promise.reject(new Error('no')), storage).uploads.interrupted).toEqual([])
  })
})
