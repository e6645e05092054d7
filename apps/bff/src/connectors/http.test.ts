import { describe, expect, onTestFinished, test } from 'vitest'
import { findSilentOrigin, startHttpServer } from '../../test/support/http-server.ts'
import { createHttpClient, NoAnswerError, type HttpClient } from './http.ts'

const GET = { method: 'GET', path: '/thing' } as const
const TOKEN = 'CANARY-access-token'

function createClient(origin: string, options?: Parameters<typeof createHttpClient>[1]): HttpClient {
  const client = createHttpClient(origin, options)
  onTestFinished(() => client.close())
  return client
}

/** How a request failed. */
async function failureOf(request: Promise<unknown>): Promise<NoAnswerError> {
  const error: unknown = await request.catch((thrown: unknown) => thrown)
  if (error instanceof NoAnswerError) return error
  throw new Error(`not a missing answer: ${String(error)}`)
}

describe('a request', () => {
  test('carries token and JSON, and brings back status, headers in lower case and body', async () => {
    const server = await startHttpServer((response) => void response.writeHead(201, { 'X-Thing': 'Y' }).end('{"a":1}'))
    const client = createClient(server.origin)
    const answer = await client.request({ method: 'POST', path: '/p?q=1', accessToken: TOKEN, body: { text: 'Grüße' } })
    expect(answer).toMatchObject({ status: 201, headers: { 'x-thing': 'Y' }, body: '{"a":1}' })
    expect(server.received).toMatchObject([
      {
        ...{ method: 'POST', path: '/p?q=1', body: '{"text":"Grüße"}' },
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', accept: 'application/json' },
      },
    ])
  })

  test('carries a form when it is given one', async () => {
    const server = await startHttpServer((response) => void response.end())
    await createClient(server.origin).request({ method: 'POST', path: '/', body: new URLSearchParams({ a: 'b c' }) })
    expect(server.received).toMatchObject([
      { body: 'a=b+c', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ])
  })

  test('without body or token says nothing of either', async () => {
    const server = await startHttpServer((response) => void response.end())
    await createClient(server.origin).request(GET)
    expect(server.received[0]?.headers).not.toHaveProperty('authorization')
    expect(server.received[0]?.headers).not.toHaveProperty('content-type')
  })

  test('follows no redirect: a token must not travel', async () => {
    const elsewhere = await startHttpServer((response) => void response.end('stolen'))
    const server = await startHttpServer(
      (response) => void response.writeHead(307, { Location: `${elsewhere.origin}/steal` }).end(),
    )
    const answer = await createClient(server.origin).request({ ...GET, accessToken: TOKEN })
    expect(answer.status).toBe(307)
    expect(elsewhere.received).toEqual([])
  })

  test('reads an answer that comes in pieces, cut anywhere in a character', async () => {
    const server = await startHttpServer(async (response) => {
      for (const byte of Buffer.from('Grüße 👋')) response.write(Buffer.of(byte))
      response.end()
    })
    expect((await createClient(server.origin).request(GET)).body).toBe('Grüße 👋')
  })

  test('many at once share what connections there may be', async () => {
    const server = await startHttpServer((response) => void setImmediate(() => response.end('ok')))
    const client = createClient(server.origin, { connections: 2 })
    const answers = await Promise.all(Array.from({ length: 40 }, () => client.request(GET)))
    expect(answers.every(({ body }) => body === 'ok')).toBe(true)
    expect(await server.connections()).toBeLessThanOrEqual(2)
  })
})

describe('no answer was had', () => {
  test('and the request never left, when nobody listens there', async () => {
    const failure = await failureOf(createClient(await findSilentOrigin()).request(GET))
    expect(failure).toMatchObject({ code: 'ECONNREFUSED', sent: false })
  })

  test('though the request may have been done, when the line broke before the answer', async () => {
    const server = await startHttpServer((response) => void response.destroy())
    expect(await failureOf(createClient(server.origin).request(GET))).toMatchObject({ sent: true })
    expect(server.received).toHaveLength(1)
  })

  test('though it may have been done, when the answer stopped half-way', async () => {
    const server = await startHttpServer((response) => {
      response.writeHead(200, { 'Content-Length': '100' }).write('{"id":"half')
      setImmediate(() => response.destroy())
    })
    expect(await failureOf(createClient(server.origin).request(GET))).toMatchObject({ sent: true })
  })

  test('though it may have been done, when it did not come in time', async () => {
    const server = await startHttpServer(() => undefined)
    const failure = await failureOf(createClient(server.origin).request({ ...GET, headersTimeoutMs: 50 }))
    expect(failure).toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT', sent: true })
  })

  test('that could be used, when it is longer than anything the platform says; reading stops there', async () => {
    let written = 0
    const server = await startHttpServer((response) => {
      const chunk = 'x'.repeat(64 * 1024)
      const more = () => {
        while (!response.destroyed && written < 20 * 1024 * 1024) {
          written += chunk.length
          if (!response.write(chunk)) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    })
    expect(await failureOf(createClient(server.origin).request(GET))).toMatchObject({ code: 'ANSWER_TOO_LARGE' })
    expect(written).toBeLessThan(20 * 1024 * 1024)
  })

  test('that is HTTP', async () => {
    const server = await startHttpServer((response) => void response.socket?.end('SSH-2.0-OpenSSH_9.9\r\n'))
    expect(await failureOf(createClient(server.origin).request(GET))).toMatchObject({ sent: true })
  })

  test('because nobody waits for it any more: the reason is the caller’s own', async () => {
    const server = await startHttpServer(() => undefined)
    const stop = new AbortController()
    const request = createClient(server.origin).request({ ...GET, signal: stop.signal })
    const reason = new Error('gone')
    setImmediate(() => stop.abort(reason))
    await expect(request).rejects.toBe(reason)
  })

  test('and what is said of it holds no secret', async () => {
    const client = createClient(await findSilentOrigin())
    const failure = await failureOf(client.request({ ...GET, accessToken: TOKEN, body: { text: 'CANARY' } }))
    expect(`${failure.message} ${JSON.stringify(failure)}`).not.toContain('CANARY')
  })
})

describe('a stream', () => {
  const open = async (answer: Parameters<typeof startHttpServer>[0], idleTimeoutMs = 5_000, signal?: AbortSignal) => {
    const server = await startHttpServer(answer)
    const client = createClient(server.origin)
    return { server, client, stream: await client.stream({ ...GET, signal }, idleTimeoutMs) }
  }

  test('gives its lines as they come, however they are cut', async () => {
    const { stream } = await open((response) => {
      for (const byte of Buffer.from('{"a":"ü"}\n\n{"b":2}\nlast')) response.write(Buffer.of(byte))
      response.end()
    })
    expect(await Array.fromAsync(stream.lines)).toEqual(['{"a":"ü"}', '', '{"b":2}', 'last'])
  })

  test('gives a refusal that has no line end', async () => {
    const { stream } = await open((response) => void response.writeHead(403).end('{"code":"x"}'))
    expect(stream.status).toBe(403)
    expect(await Array.fromAsync(stream.lines)).toEqual(['{"code":"x"}'])
  })

  test('that is silent for too long is no stream any more', async () => {
    const { stream } = await open((response) => void response.write('one\n'), 50)
    const lines: string[] = []
    const reading = (async () => {
      for await (const line of stream.lines) lines.push(line)
    })()
    expect(await failureOf(reading)).toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT' })
    expect(lines).toEqual(['one'])
  })

  test('that breaks says so after what had come', async () => {
    const { stream } = await open((response) => {
      response.write('one\ntw')
      setImmediate(() => response.destroy())
    })
    const lines: string[] = []
    const reading = (async () => {
      for await (const line of stream.lines) lines.push(line)
    })()
    await failureOf(reading)
    expect(lines).toEqual(['one'])
  })

  test('whose line never ends is cut off', async () => {
    const { stream } = await open((response) => void response.end('x'.repeat(3 * 1024 * 1024)))
    expect(await failureOf(Array.fromAsync(stream.lines))).toMatchObject({ code: 'ANSWER_TOO_LARGE' })
  })

  test('ends with its signal', async () => {
    const stop = new AbortController()
    const { stream } = await open((response) => void response.write('one\n'), 5_000, stop.signal)
    const reason = new Error('gone')
    const reading = (async () => {
      for await (const _ of stream.lines) stop.abort(reason)
    })()
    await expect(reading).rejects.toBe(reason)
  })

  test.each(['before it was read', 'while it is read'])('lets go of its connection when closed %s', async (when) => {
    const { server, stream } = await open((response) => void response.write('one\n'))
    if (when === 'while it is read') for await (const _ of stream.lines) break
    expect(stream.status).toBe(200)
    stream.close()
    stream.close()
    await expect.poll(() => server.connections()).toBe(0)
  })

  test('does not stand in the way of requests, however many are open', async () => {
    const server = await startHttpServer((response, { path }) => {
      if (path === '/stream') response.write('open\n')
      else response.end('ok')
    })
    const client = createClient(server.origin, { connections: 1 })
    await Promise.all(Array.from({ length: 5 }, () => client.stream({ method: 'GET', path: '/stream' }, 5_000)))
    expect((await client.request(GET)).body).toBe('ok')
  })
})
