import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findSilentOrigin, startHttpServer } from '../../test/support/http-server.ts'
import { failsAfterSeconds } from '../../test/support/fails-after.ts'
import { within } from './deadline.ts'
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

  test('S5 follows no redirect: a token must not travel', async () => {
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
    const failure = await failureOf(createClient(server.origin, { headersMs: 50 }).request(GET))
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

describe('R7 the time a call may take', () => {
  /** An answer that never ends, a byte at a time: neither its beginning nor a silence gives it away. */
  const dripping = (response: ServerResponse) => {
    const drip = setInterval(() => response.write('x'), 5)
    response.on('close', () => clearInterval(drip))
  }

  test('is one for all of it: an answer that drips on is cut off', async () => {
    const server = await startHttpServer(dripping)
    const failure = await failureOf(createClient(server.origin, { totalMs: 60 }).request(GET))
    expect(failure).toMatchObject({ code: 'DEADLINE', sent: true })
  })

  test('counts from the moment it is wanted: waiting for a connection is part of it', async () => {
    const server = await startHttpServer(() => undefined)
    const client = createClient(server.origin, { connections: 1, totalMs: 80 })
    const failures = await Promise.all([1, 2, 3].map(() => failureOf(client.request(GET))))
    expect(failures.map(({ code }) => code)).toEqual(['DEADLINE', 'DEADLINE', 'DEADLINE'])
  })

  test('is no more than its caller has left', async () => {
    const server = await startHttpServer(() => undefined)
    const client = createClient(server.origin)
    const call = within(60, undefined, (signal) => client.request({ ...GET, signal }))
    expect(await failureOf(call)).toMatchObject({ code: 'DEADLINE', sent: true })
    const late = within(1, undefined, async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return client.request({ ...GET, signal })
    })
    expect(await failureOf(late)).toMatchObject({ code: 'DEADLINE', sent: false })
  })

  test('is longer by as long as the platform was asked to hold its answer', async () => {
    const server = await startHttpServer((response) => void setTimeout(() => response.end('held'), 150))
    const client = createClient(server.origin, { headersMs: 50, totalMs: 50 })
    expect((await client.request({ ...GET, holdMs: 2_000 })).body).toBe('held')
    await failureOf(client.request(GET))
  })

  test('to a host that shakes no hands is that for connecting: nothing was sent', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const failure = await failureOf(createClient(`https://127.0.0.1:${port}`, { connectMs: 100 }).request(GET))
    expect(failure).toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT', sent: false })
  })

  test('is twelve seconds', async () => {
    const { origin, received } = await startHttpServer(dripping)
    const call = () => createClient(origin).request(GET)
    expect(await failsAfterSeconds(call, () => received.length > 0)).toBe(12)
  })

  test('leaves nothing behind once it is over: no connection, no timer', async () => {
    const server = await startHttpServer(dripping)
    const client = createClient(server.origin, { totalMs: 60 })
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    await Promise.all(Array.from({ length: 20 }, () => failureOf(client.request(GET))))
    await expect.poll(() => server.connections()).toBe(0)
    await expect.poll(timers).toBeLessThanOrEqual(before + 1) // undici's own clock ticks for a while
  })
})

describe('R10 calls at once', () => {
  test('are bounded, as are those that wait; the surplus is told at once, and was not sent', async () => {
    let [atOnce, most] = [0, 0]
    const release = Promise.withResolvers<undefined>()
    const server = await startHttpServer(async (response) => {
      most = Math.max(most, ++atOnce)
      await release.promise
      atOnce--
      response.end('ok')
    })
    const client = createClient(server.origin, { connections: 4, queued: 6 })
    const calls = Array.from({ length: 50 }, () => client.request(GET))
    const refused = await Promise.all(calls.slice(10).map(failureOf))
    expect(refused.every(({ code, sent }) => code === 'QUEUE_FULL' && !sent)).toBe(true)
    await expect.poll(() => most).toBe(4)
    release.resolve(undefined)
    expect((await Promise.all(calls.slice(0, 10))).every(({ body }) => body === 'ok')).toBe(true)
    expect(most).toBe(4)
    expect(server.received).toHaveLength(10)
  })

  test('make room again however they end', async () => {
    const server = await startHttpServer((response, { path }) =>
      path === '/ok' ? void response.end('ok') : void response.destroy(),
    )
    const client = createClient(server.origin, { connections: 2, queued: 0, streams: 1 })
    for (let round = 0; round < 10; round++) {
      await failureOf(client.request(GET))
      expect((await client.request({ ...GET, path: '/ok' })).body).toBe('ok')
      const stream = await client.stream({ ...GET, path: '/ok' }, 5_000)
      stream.close()
      await expect.poll(() => client.stream({ ...GET, path: '/ok' }, 5_000).then((one) => one.close())).toBeUndefined()
      await failureOf(client.stream(GET, 5_000))
    }
  })

  test('are not held up by those the platform was asked to hold', async () => {
    const server = await startHttpServer((response, { path }) => void (path === '/held' || response.end('ok')))
    const client = createClient(server.origin, { connections: 1, queued: 0 })
    const stop = new AbortController()
    const held = Array.from({ length: 5 }, () =>
      client.request({ method: 'GET', path: '/held', holdMs: 5_000, signal: stop.signal }).catch(() => 'let go'),
    )
    expect((await client.request(GET)).body).toBe('ok')
    stop.abort()
    expect(await Promise.all(held)).toEqual(Array(5).fill('let go'))
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

  test('R7 that is silent for too long is no stream any more', async () => {
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
