import { SendMessage } from '@foyer/shared/protocol/message'
import { StartSession } from '@foyer/shared/protocol/session'
import { Hono } from 'hono'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createRecordingLogger } from '../../test/support/loggers.ts'
import { createErrorHandler } from '../problems.ts'
import { BODY_BYTES, MESSAGE_BYTES, readJson } from './json-body.ts'

const GOOD = { messageId: 'message-1', text: 'hello' }
const JSON_TYPE = { 'Content-Type': 'application/json' }

/** An app that answers with what it understood. */
function createApi() {
  const { logger, lines } = createRecordingLogger()
  const app = new Hono()
    .post('/message', async (c) => c.json(await readJson(c, SendMessage, { maxBytes: MESSAGE_BYTES })))
    .post('/session', async (c) => c.json(await readJson(c, StartSession)))
    .onError(createErrorHandler({ logger, showDiagnosis: false }))
  return {
    lines,
    post: (body: RequestInit['body'], headers: Record<string, string> = JSON_TYPE, path = '/message') =>
      app.request(path, { method: 'POST', headers, body, duplex: 'half' } as RequestInit),
  }
}

const bytes = (...values: number[]) => new Uint8Array(values)
const utf16 = (text: string) => new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))
const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth)
const json = (change: object) => JSON.stringify({ ...GOOD, ...change })
const FILE = { attachmentId: 'file-0001', name: 'a.txt', mediaType: 'text/plain' }
const withReply = (text: string) =>
  `{"messageId":"message-1","text":"x","reply":{"to":"message-0","kind":"card","choices":[{"text":"${text}","payload":"x"}]}}`
const withText = (text: string) => `{"messageId":"message-1","text":"${text}"}`

describe('a body is understood', () => {
  test.each([
    ['application/json'],
    ['application/json; charset=utf-8'],
    ['application/json;charset="UTF-8"'],
    ['Application/JSON'],
  ])('as %s', async (contentType) => {
    const response = await createApi().post(JSON.stringify(GOOD), { 'Content-Type': contentType })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual(GOOD)
  })

  test.each([
    ['the longest text, every character escaped', '\\u4e00'.repeat(4096), '一'.repeat(4096)],
    ['emoji and their skin tones', '👋🏽', '👋🏽'],
    ['brackets and quotes in text', '[[[[[[[[[[{{{\\"\\\\', '[[[[[[[[[[{{{"\\'],
    ['right-to-left text', 'שלום', 'שלום'],
    ['line ends', 'a\\r\\nb', 'a\r\nb'],
    ['a pair of surrogates, escaped', '\\ud83d\\ude00', '😀'],
  ])('with %s', async (_, written, text) => {
    const response = await createApi().post(withText(written))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ ...GOOD, text })
  })

  test('with the last of two members of one name, as JSON.parse has it', async () => {
    const response = await createApi().post('{"messageId":"message-1","text":"one","text":"two"}')
    expect(await response.json()).toEqual({ ...GOOD, text: 'two' })
  })

  test('when it comes in pieces without a length', async () => {
    const pieces = [...JSON.stringify({ ...GOOD, text: 'Grüße 👋' })].map((piece) => new TextEncoder().encode(piece))
    const response = await createApi().post(ReadableStream.from(pieces))
    expect(await response.json()).toEqual({ ...GOOD, text: 'Grüße 👋' })
  })
})

describe('S36, S37 a body is refused', () => {
  const malformed: [string, RequestInit['body']][] = [
    ['nothing', ''],
    ['white space', '   '],
    ['half an object', '{"messageId":"message-1","te'],
    ['an open string', '{"messageId":"message-1'],
    ['no quotes', '{messageId: 1}'],
    ['single quotes', "{'messageId':'message-1'}"],
    ['a comma too many', '{"messageId":"message-1","text":"hello",}'],
    ['a comment', '{"messageId":"message-1","text":"hello"} // x'],
    ['two documents', `${JSON.stringify(GOOD)}${JSON.stringify(GOOD)}`],
    ['NaN', '{"messageId":NaN,"text":"x"}'],
    ['a raw line end in a string', withText('a\nb')],
    ['a wrong escape', withText('\\x41')],
    ['HTML', '<html></html>'],
    ['a form', 'messageId=message-1&text=hello'],
    ['bytes that are not UTF-8', bytes(0x7b, 0xff, 0xfe, 0x7d)],
    ['an overlong encoding', bytes(0x22, 0xc0, 0xaf, 0x22)],
    ['half a character', bytes(0x22, 0xf0, 0x9f, 0x91, 0x22)],
    ['an encoded surrogate', bytes(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ['UTF-16', utf16(JSON.stringify(GOOD))],
    ['null', 'null'],
    ['a number', '1'],
    ['a string', '"hello"'],
    ['an array', '[]'],
    ['an array of the right things', JSON.stringify([GOOD])],
    ['an empty object', '{}'],
    ['a missing text', '{"messageId":"message-1"}'],
    ['a text that is a number', json({ text: 1 })],
    ['a text that is an object', json({ text: { toString: 'x' } })],
    ['a text that is null', json({ text: null })],
    ['an empty text', json({ text: '' })],
    ['a text of white space', json({ text: ' \n\t\u00a0' })],
    ['a text a character too long', json({ text: 'a'.repeat(4097) })],
    ['a lone surrogate', withText('\\ud800')],
    ['a null character', withText('a\\u0000b')],
    ['an id too short', json({ messageId: 'short' })],
    ['an id too long', json({ messageId: 'a'.repeat(65) })],
    ['an id with a path', json({ messageId: '../../etc/passwd' })],
    ['an id with a line end', json({ messageId: 'message-1\n' })],
    ['a lone surrogate where the schema does not look', `{"messageId":"message-1","text":"x","reply":"\\udc00"}`],
    ['a null character in a reply', withReply('a\\u0000')],
    ['a lone surrogate in a name', `{"messageId":"message-1","text":"x","\\ud800":1}`],
    ['an unknown member', json({ role: 'agent' })],
    ['an unknown member of an attachment', json({ attachment: { ...FILE, url: 'https://evil.example' } })],
    ['an attachment’s id with a path', json({ attachment: { ...FILE, attachmentId: '../../etc' } })],
    ['a prototype', '{"messageId":"message-1","text":"hello","__proto__":{"admin":true}}'],
    ['a constructor', json({ constructor: { prototype: { admin: true } } })],
    ['nesting beyond eight', json({ text: 'x' }).replace('"x"', nested(9))],
    ['nesting of thousands', nested(30_000)],
    ['nesting of objects', '{"a":'.repeat(5_000)],
    ['closing brackets only', ']'.repeat(5_000)],
  ]

  test.each(malformed)('S37 with 400 when it is %s', async (_, body) => {
    const { post, lines } = createApi()
    const response = await post(body)
    expect(response.status).toBe(400)
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    const problem = (await response.json()) as { code: string; errors: { path: string; message: string }[] }
    expect(problem.code).toBe('invalid-request')
    expect(problem.errors.length).toBeGreaterThan(0)
    expect(lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test.each([
    ['no type', {}],
    ['text', { 'Content-Type': 'text/plain' }],
    ['text that ends in JSON', { 'Content-Type': 'text/plain; application/json' }],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a form of parts', { 'Content-Type': 'multipart/form-data; boundary=x' }],
    ['another JSON', { 'Content-Type': 'application/problem+json' }],
    ['JSON in another charset', { 'Content-Type': 'application/json; charset=utf-16' }],
    ['two types', { 'Content-Type': 'application/json, text/plain' }],
    ['more parameters', { 'Content-Type': 'application/json; charset=utf-8; boundary=x' }],
    ['a compressed body', { ...JSON_TYPE, 'Content-Encoding': 'gzip' }],
    ['an encoding that is none', { ...JSON_TYPE, 'Content-Encoding': 'identity' }],
  ])('S19 with 415 when it comes as %s', async (_, headers) => {
    const response = await createApi().post(bytes(0x7b, 0x7d), headers)
    expect(response.status).toBe(415)
    expect(await response.json()).toMatchObject({ code: 'unsupported-media-type' })
  })

  test('S36 with 413 when its stated length is too much, before anything is read', async () => {
    let pulled = 0
    const body = new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 })
    const response = await createApi().post(body, { ...JSON_TYPE, 'Content-Length': '2000000000' })
    expect(response.status).toBe(413)
    expect(response.headers.get('Connection')).toBe('close')
    expect(pulled).toBe(0)
  })

  test('S36 with 413 when it goes on and on, having read no more than may be', async () => {
    let sent = 0
    const chunk = new TextEncoder().encode(' '.repeat(1_024))
    const body = new ReadableStream({
      pull(controller) {
        sent += chunk.length
        controller.enqueue(chunk)
      },
    })
    const response = await createApi().post(body)
    expect(response.status).toBe(413)
    expect(sent).toBeLessThan(MESSAGE_BYTES + 8 * chunk.length)
  })

  test('S36 with 413 at the smaller bound where no message is expected', async () => {
    const body = JSON.stringify({ name: 'a'.repeat(BODY_BYTES) })
    const response = await createApi().post(
      ReadableStream.from([new TextEncoder().encode(body)]),
      JSON_TYPE,
      '/session',
    )
    expect(response.status).toBe(413)
  })

  test('R32 with 408 when it takes longer than twenty seconds to come, and the line is closed', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const answer = createApi().post(new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode('{')) }))
    await vi.advanceTimersByTimeAsync(20_000)
    const response = await answer
    expect(response.status).toBe(408)
    expect(response.headers.get('Connection')).toBe('close')
  })

  test('naming each wrong member, and never what was in it', async () => {
    const response = await createApi().post(json({ messageId: 'CANARY!!', text: 7, CANARY: 'CANARY' }))
    const text = await response.text()
    const { errors } = JSON.parse(text) as { errors: { path: string; message: string }[] }
    expect(errors).toEqual(
      expect.arrayContaining([
        { path: 'messageId', message: 'must be 8 to 64 characters of A-Z a-z 0-9 _ -' },
        { path: 'text', message: 'must be string' },
        { path: 'CANARY', message: 'is not known here' },
      ]),
    )
    expect(text.replaceAll('"path":"CANARY"', '')).not.toContain('CANARY')
  })

  test('without changing what all objects share', async () => {
    await createApi().post('{"messageId":"message-1","text":"hello","__proto__":{"polluted":true}}')
    await createApi().post('{"attributes":{"__proto__":{"polluted":true}}}', JSON_TYPE, '/session')
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test.each([
    ['quotes escaped over and over', `"${'\\"'.repeat(MESSAGE_BYTES / 2 - 1)}`],
    ['quotes only', '"'.repeat(MESSAGE_BYTES - 1)],
    ['backslashes only', `"${'\\'.repeat(MESSAGE_BYTES - 2)}`],
    ['brackets only', '['.repeat(MESSAGE_BYTES)],
  ])('at once, however much it has of %s', async (_, body) => {
    const startedAtMs = performance.now()
    expect((await createApi().post(body)).status).toBe(400)
    expect(performance.now() - startedAtMs).toBeLessThan(250)
  })
})

describe('custom attributes', () => {
  const attributes = (value: object) => JSON.stringify({ attributes: value })
  test.each([
    ['too many bytes', attributes({ a: 'ä'.repeat(1_024) })],
    ['a value that is no text', attributes({ a: 1 })],
    ['a name too long', attributes({ ['a'.repeat(129)]: 'x' })],
    ['an empty name', attributes({ '': 'x' })],
    ['a value in a value', attributes({ a: { b: 'c' } })],
  ])('are refused with %s', async (_, body) => {
    expect((await createApi().post(body, JSON_TYPE, '/session')).status).toBe(400)
  })
})
