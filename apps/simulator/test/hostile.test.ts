import { guestApiPaths } from '@foyer/shared/platform/guest-api'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Simulator } from '../src/start-simulator.ts'
import { call, openChat, simulatorFor } from './guest.ts'

/** What comes back for raw bytes, until the line is closed. */
function sendRaw({ port }: Simulator, bytes: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let answer = ''
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
  socket.on('data', (chunk) => (answer += String(chunk)))
  socket.on('error', () => resolve(answer))
  socket.on('close', () => resolve(answer))
  return promise
}

describe('a hostile body', () => {
  test.each([
    ['nothing', '', 400],
    ['half an object', '{"text":', 400],
    ['an array', '[]', 400],
    ['null', 'null', 400],
    ['a number as text', '{"text":1}', 400],
    ['an object as text', '{"text":{"toString":1}}', 400],
    ['white space', '{"text":"  \\n "}', 400],
    ['deep nesting', `{"text":${'['.repeat(20_000)}`, 400],
    ['a prototype', '{"__proto__":{"text":"x"},"constructor":1}', 400],
    ['a lone surrogate', '{"text":"\\ud800"}', 200],
    ['unknown fields', '{"text":"hi","more":[1]}', 200],
    ['64 KiB and a little', `{"text":"hi","pad":"${'x'.repeat(66_000)}"}`, 413],
  ])('%s', async (_what, body, status) => {
    const simulator = await simulatorFor()
    const { id, accessToken } = await openChat(simulator)
    const reply = await call(simulator, 'POST', guestApiPaths.messages(id), { accessToken, body })
    expect(reply.status).toBe(status)
    if (status >= 400) expect(reply.body).toMatchObject({ status, contextId: reply.headers.get('inin-correlation-id') })
    expect(reply.text).not.toMatch(/\bat .*\.ts:/)
  })

  test('that never ends is cut off at the ceiling', async () => {
    const simulator = await simulatorFor()
    const { id, accessToken } = await openChat(simulator)
    const head = `POST ${guestApiPaths.messages(id)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${accessToken}\r\n`
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    const answer = await sendRaw(
      simulator,
      `${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })
})

describe('hostile requests', () => {
  test.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['endless headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ])('%s', async (_what, bytes, status) => {
    const answer = await sendRaw(await simulatorFor(), bytes)
    expect(answer).toContain(`HTTP/1.1 ${status}`)
    expect(answer).toContain('"code":"bad.request"')
  })

  test.each([
    '/api/v2/conversations/messaging/..%2f..%2fx/messages',
    '/api/v2/conversations/messaging/%00/messages',
    '/api/v2/conversations/messaging/%E0%A4%A/messages',
    `/api/v2/conversations/messaging/${'x'.repeat(4000)}`,
    '/api/v2/conversations/messaging/__proto__',
    '/api/v2/conversations/messaging/constructor/messages?after=__proto__',
    '/api/v2/conversations/messaging//messages',
    '/api/v2/../../etc/passwd',
    '/.well-known/nothing',
    '/_simulatorx',
  ])('%s is not there', async (path) => {
    const simulator = await simulatorFor()
    const { accessToken } = await openChat(simulator)
    const reply = await call(simulator, 'GET', path, { accessToken })
    expect(reply.status).toBe(404)
    expect(reply.body.code).toMatch(/not\.found$/)
  })

  test('leave it running', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    await Promise.all([
      sendRaw(simulator, '\0\0\0\r\n\r\n'),
      sendRaw(simulator, 'POST /_simulator/faults HTTP/1.1\r\nContent-Length: x\r\n\r\n'),
      call(simulator, 'POST', '/_simulator/faults', { body: '{"name":' }),
      call(simulator, 'GET', '/agent/../../package.json'),
    ])
    expect((await chat.send('still here')).status).toBe(200)
  })

  test('an unknown method is not found', async () => {
    const simulator = await simulatorFor()
    const { accessToken, id } = await openChat(simulator)
    expect((await call(simulator, 'PUT', guestApiPaths.messages(id), { accessToken })).body.code).toBe('not.found')
  })
})
