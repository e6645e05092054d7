import type { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import { expect, onTestFinished, test } from 'vitest'
import { failsAfterSeconds } from '../../../test/support/fails-after.ts'
import { startHttpServer } from '../../../test/support/http-server.ts'
import { unlessAborted } from '../deadline.ts'
import { Attachments } from './attachments.ts'
import { createMedia } from './media.ts'

const ID = '5d8b0f36-9e24-4c1b-a7f0-3e6c1d2b9a48'
const TEXT = 'twelve bytes'
const envelope = { type: 'message', code: 200 }
const limits = { types: ['text/plain'], maxBytes: 100, blockedExtensions: [] }

const newFile = (text = TEXT, size = TEXT.length) => ({
  ...{ attachmentId: ID, name: 'note.txt', mediaType: 'text/plain', size },
  bytes: ReadableStream.from([Buffer.from(text)]) as ReadableStream<Uint8Array>,
})

type Verdict = 'taken' | 'rejected' | 'lost'

/** A platform that gives slots, takes bytes, and tells on the "socket" what it thinks of them before the PUT returns. */
async function startFiles(verdict: Verdict = 'taken', dead: readonly string[] = []) {
  const asked: string[] = []
  const server = await startHttpServer((response, { method, path }) => {
    if (method === 'PUT' && verdict !== 'lost') files.take(verdict === 'taken' ? taken() : rejected)
    response.writeHead(dead.includes(path) ? 403 : 200).end(method === 'GET' ? TEXT : '')
  })
  const taken = (): ServerFrame => ({
    ...{ ...envelope, class: 'UploadSuccessEvent' },
    body: { attachmentId: ID, downloadUrl: `${server.origin}/first` },
  })
  const rejected: ServerFrame = {
    ...envelope,
    class: 'UploadFailureEvent',
    body: { attachmentId: ID, errorCode: 4003 },
  }
  const ask = (frame: object): Promise<ServerFrame> => {
    const action = 'action' in frame ? String(frame.action) : ''
    asked.push(action)
    if (action === 'deleteAttachment')
      return Promise.resolve({ ...envelope, class: 'AttachmentDeletedResponse', body: { attachmentId: ID } })
    const url = `${server.origin}/${action === 'onAttachment' ? 'slot' : 'fresh'}`
    const headers: Record<string, string> =
      action === 'onAttachment' ? { 'X-Amz-Tagging': 'a=b', 'Content-Type': 'binary/octet-stream' } : {}
    return Promise.resolve({ ...envelope, class: 'PresignedUrlResponse', body: { attachmentId: ID, url, headers } })
  }
  const media = createMedia({ origins: [server.origin], domains: [] }, () => undefined)
  onTestFinished(() => media.close())
  const files = new Attachments({ ask, media, limits: () => limits, lookMs: 20 })
  return { files, server, asked }
}

test('a file goes up to its slot, and comes down by the link it was given', async () => {
  const { files, server, asked } = await startFiles()
  await files.upload(newFile())
  const file = await files.download(ID)
  expect(file.name).toBe('note.txt')
  expect(await new Response(file.bytes).text()).toBe(TEXT)
  expect(server.received).toMatchObject([
    {
      ...{ method: 'PUT', path: '/slot', body: TEXT },
      headers: { 'x-amz-tagging': 'a=b', 'content-type': 'text/plain', 'content-length': '12' },
    },
    { method: 'GET', path: '/first' },
  ])
  expect(asked).toEqual(['onAttachment'])
})

test('what the limits forbid costs neither a request nor a byte', async () => {
  const { files, server, asked } = await startFiles()
  await expect(files.upload(newFile('', 0))).rejects.toMatchObject({ code: 'file-refused' })
  expect([asked, server.received]).toEqual([[], []])
})

test('a file the platform rejects is refused, and its slot given back', async () => {
  const { files, asked } = await startFiles('rejected')
  await expect(files.upload(newFile())).rejects.toMatchObject({
    ...{ code: 'file-refused', verdict: { evidence: { code: '4003' } } },
  })
  expect(asked).toEqual(['onAttachment', 'deleteAttachment'])
})

test.each([
  ['longer', `${TEXT} and more`],
  ['shorter', 'short'],
])('a file that is %s than declared fails, and its slot is given back', async (_what, text) => {
  const { files, asked } = await startFiles()
  await expect(files.upload(newFile(text))).rejects.toThrow()
  expect(asked).toEqual(['onAttachment', 'deleteAttachment'])
})

test('an upload that is called off gives its slot back', async () => {
  const { files, asked } = await startFiles()
  const stop = new AbortController()
  const endless = new ReadableStream<Uint8Array>({ pull: () => stop.abort(new Error('called off')) })
  await expect(files.upload({ ...newFile(), bytes: endless }, stop.signal)).rejects.toThrow('called off')
  expect(asked).toEqual(['onAttachment', 'deleteAttachment'])
})

test('a link that has died is asked for again', async () => {
  const { files, server, asked } = await startFiles('taken', ['/first'])
  await files.upload(newFile())
  expect(await new Response((await files.download(ID)).bytes).text()).toBe(TEXT)
  expect(server.received.map(({ path }) => path)).toEqual(['/slot', '/first', '/fresh'])
  expect(asked).toEqual(['onAttachment', 'getAttachment'])
})

test('a file whose acceptance was lost with the line is asked for: what can be fetched was taken', async () => {
  const { files, asked } = await startFiles('lost')
  await files.upload(newFile())
  expect(asked).toEqual(['onAttachment', 'getAttachment'])
  expect(await new Response((await files.download(ID)).bytes).text()).toBe(TEXT)
})

test('R7 a file has fifteen seconds to begin, a link that has died and a new one included', async () => {
  const server = await startHttpServer((response) => void setTimeout(() => response.writeHead(403).end(), 7_000))
  const media = createMedia({ origins: [server.origin], domains: [] }, () => undefined)
  onTestFinished(() => media.close())
  const ask = (_frame: object, signal?: AbortSignal) => unlessAborted(new Promise<never>(() => undefined), signal)
  const files = new Attachments({ ask, media, limits: () => limits })
  const attachment = { contentType: 'Attachment' as const, attachment: { id: ID, url: `${server.origin}/dead` } }
  files.noteLinks({ id: 'm', type: 'Text', direction: 'Outbound', content: [attachment] })
  const seconds = await failsAfterSeconds(
    () => files.download(ID),
    () => true,
  )
  expect(seconds).toBe(15)
})
