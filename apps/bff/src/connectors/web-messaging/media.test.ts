import { randomBytes } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findSilentOrigin, startHttpServer } from '../../../test/support/http-server.ts'
import { exactly } from './exact-length.ts'
import { createMedia } from './media.ts'

function createTestMedia(...origins: string[]) {
  const media = createMedia({ origins, domains: ['localhost'] }, () => undefined)
  onTestFinished(() => media.close())
  return media
}

/** What is noted of addresses that are not allowed. */
function noteAddresses() {
  const noted: unknown[] = []
  const media = createMedia({ origins: [], domains: [] }, (...note) => void noted.push(note))
  onTestFinished(() => media.close())
  return { media, noted }
}

const textOf = (bytes: ReadableStream<Uint8Array>) => new Response(bytes).text()
const streamOf = (...chunks: (string | Uint8Array)[]) =>
  ReadableStream.from(chunks.map((chunk) => Buffer.from(chunk))) as ReadableStream<Uint8Array>

describe('fetching', () => {
  test('brings type, size and bytes', async () => {
    const { origin } = await startHttpServer((response) => {
      response.writeHead(200, { 'content-type': 'Text/Plain; charset=utf-8', 'content-length': 5 }).end('Grüe')
    })
    const file = await createTestMedia(origin).fetch(`${origin}/a`)
    expect(file).toMatchObject({ mediaType: 'text/plain', size: 5 })
    expect(await textOf(file.bytes)).toBe('Grüe')
  })

  test('follows a redirect to an allowed address', async () => {
    const { origin } = await startHttpServer((response, { path }) => {
      if (path === '/there') response.end('here')
      else response.writeHead(302, { location: '/there' }).end()
    })
    expect(await textOf((await createTestMedia(origin).fetch(`${origin}/a`)).bytes)).toBe('here')
  })

  test('does not follow one to another address, nor more than three', async () => {
    const other = await startHttpServer((response) => void response.end('secret'))
    const server = await startHttpServer((response, { path }) => {
      response.writeHead(302, { location: path === '/out' ? `${other.origin}/x` : '/round' }).end()
    })
    const media = createTestMedia(server.origin)
    await expect(media.fetch(`${server.origin}/out`)).rejects.toMatchObject({ code: 'file-missing' })
    expect(other.received).toEqual([])
    await expect(media.fetch(`${server.origin}/round`)).rejects.toMatchObject({ code: 'file-missing' })
    expect(server.received).toHaveLength(1 + 4)
  })

  test('asks nobody for an address that is not allowed: that is counted, and the address not repeated', async () => {
    const other = await startHttpServer((response) => void response.end())
    const { media, noted } = noteAddresses()
    await expect(media.fetch(`${other.origin}/x`)).rejects.toMatchObject({ code: 'file-missing' })
    expect(other.received).toEqual([])
    expect(noted).toEqual([['address', {}]])
  })

  test('does not connect to a private address under an allowed name', async () => {
    const refusal = createTestMedia().fetch('https://localhost/x')
    await expect(refusal).rejects.toMatchObject({ verdict: { evidence: { code: 'EPRIVATE' } } })
  })

  test.each([
    [403, 'file-missing'],
    [404, 'file-missing'],
    [500, 'platform-unavailable'],
  ])('tells what %i means', async (status, cause) => {
    const { origin } = await startHttpServer((response) => void response.writeHead(status).end())
    await expect(createTestMedia(origin).fetch(`${origin}/a`)).rejects.toMatchObject({ code: cause })
  })

  test('refuses a file that says it is too large, and tells when nobody answers', async () => {
    const { origin } = await startHttpServer((response) => {
      response.writeHead(200, { 'content-length': 51 * 1024 * 1024 }).flushHeaders()
    })
    await expect(createTestMedia(origin).fetch(`${origin}/a`)).rejects.toMatchObject({ code: 'file-refused' })
    const silent = await findSilentOrigin()
    await expect(createTestMedia(silent).fetch(silent)).rejects.toMatchObject({ code: 'network', retryable: true })
  })
})

describe('R10 files at once', () => {
  test('are bounded, as are those that wait; the surplus is told at once, and all make room again', async () => {
    let [atOnce, most] = [0, 0]
    const release = Promise.withResolvers<undefined>()
    const server = await startHttpServer(async (response, { path }) => {
      most = Math.max(most, ++atOnce)
      await release.promise
      atOnce--
      response.writeHead(path === '/gone' ? 404 : 200).end('ok')
    })
    const media = createMedia({ origins: [server.origin], domains: [] }, () => undefined, { connections: 2, queued: 2 })
    onTestFinished(() => media.close())
    const files = ['/a', '/gone', '/b', '/c'].map((path) => media.fetch(`${server.origin}${path}`))
    const surplus = media.fetch(`${server.origin}/d`)
    await expect(surplus).rejects.toMatchObject({ code: 'platform-unavailable', outcome: 'not-sent' })
    await expect.poll(() => most).toBe(2)
    release.resolve(undefined)
    for (const settled of await Promise.allSettled(files)) {
      if (settled.status === 'fulfilled') expect(await textOf(settled.value.bytes)).toBe('ok')
    }
    expect([most, await server.connections()]).toEqual([2, 2])
    for (let round = 0; round < 6; round++) {
      await expect(media.fetch(`${server.origin}/gone`)).rejects.toMatchObject({ code: 'file-missing' })
      await media.put(`${server.origin}/slot`, { 'content-length': '1' }, streamOf('a'))
      const given = await media.fetch(`${server.origin}/a`)
      await given.bytes.cancel()
    }
  })

  test('wait no longer than a file may take to begin', async () => {
    const server = await startHttpServer(() => undefined)
    const media = createMedia({ origins: [server.origin], domains: [] }, () => undefined, {
      connections: 1,
      beginMs: 60,
    })
    onTestFinished(() => media.close())
    const failures = await Promise.allSettled([1, 2, 3].map(() => media.fetch(`${server.origin}/a`)))
    for (const failure of failures) expect(failure).toMatchObject({ reason: { code: 'network', retryable: true } })
  })
})

describe('putting', () => {
  test('does not go to an address that is not allowed: that is counted, and its host named for who may allow it', async () => {
    const { media, noted } = noteAddresses()
    const address = 'https://files.example.com/slot?X-Amz-Signature=secret'
    await expect(media.put(address, {}, streamOf('a'))).rejects.toMatchObject({ code: 'file-missing' })
    expect(noted).toEqual([['address', { host: 'files.example.com' }]])
  })

  test('sends just the headers it is given, with the length, and the bytes', async () => {
    const server = await startHttpServer((response) => void response.end())
    const bytes = randomBytes(10).toString('hex')
    const headers = { 'x-amz-tagging': 'a=b', 'content-type': 'image/png', 'content-length': '20' }
    await createTestMedia(server.origin).put(`${server.origin}/slot`, headers, streamOf(bytes).pipeThrough(exactly(20)))
    expect(server.received).toMatchObject([{ method: 'PUT', path: '/slot', headers, body: bytes }])
    expect(server.received[0]?.headers).not.toHaveProperty('transfer-encoding')
  })

  test.each([
    ['longer', 'four and more'],
    ['shorter', 'one'],
  ])('fails for a file that is %s than declared', async (_what, text) => {
    const server = await startHttpServer((response) => void response.end())
    const put = createTestMedia(server.origin).put(
      `${server.origin}/slot`,
      { 'content-type': 'text/plain', 'content-length': '4' },
      streamOf(text).pipeThrough(exactly(4)),
    )
    await expect(put).rejects.toThrow()
    expect(server.received).toEqual([])
  })

  test.each([
    [403, 'file-refused', false],
    [503, 'platform-unavailable', true],
  ])('tells what %i means', async (status, cause, retryable) => {
    const { origin } = await startHttpServer((response) => void response.writeHead(status).end())
    const put = createTestMedia(origin).put(`${origin}/slot`, { 'content-length': '1' }, streamOf('a'))
    await expect(put).rejects.toMatchObject({ code: cause, retryable })
  })
})
