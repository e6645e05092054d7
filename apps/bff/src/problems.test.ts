import { ProblemCode } from '@foyer/shared/protocol/problem'
import { Problem } from '@foyer/shared/protocol/problem'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { createRecordingLogger } from '../test/support/loggers.ts'
import { upstreamError } from '../test/support/upstream-error.ts'
import { causes } from './connectors/diagnosis/verdict.ts'
import { ConversationError } from './conversations/conversation-error.ts'
import { createRequestId, type RequestIdEnv } from './middleware/request-id.ts'
import { createErrorHandler, RequestError } from './problems.ts'

/** What a guest is answered when something throws, and what the log gets of it. */
async function answerTo(error: unknown, { showDiagnosis = false } = {}) {
  const { logger, lines } = createRecordingLogger()
  const app = new Hono<RequestIdEnv>()
    .use(createRequestId())
    .get('/', () => {
      throw error
    })
    .onError(createErrorHandler({ logger, showDiagnosis }))
  const response = await app.request('/')
  const text = await response.text()
  return { response, text, lines, problem: v.parse(Problem, JSON.parse(text)) }
}

describe('S38 whatever is thrown becomes a problem document', () => {
  const thrown: [string, unknown][] = [
    ...ProblemCode.options.map((code): [string, unknown] => [`a refusal, ${code}`, new RequestError(code)]),
    ...causes.map((cause): [string, unknown] => [`a refusal of the platform, ${cause}`, upstreamError(cause)]),
    ...(['not-found', 'ended', 'message-id-reused', 'too-many-unsent'] as const).map((code): [string, unknown] => [
      `a conversation that is ${code}`,
      new ConversationError(code),
    ]),
    ['a bug', new TypeError('CANARY is not a function')],
    ['an exception of the framework', new HTTPException(418, { message: 'CANARY' })],
  ]

  test.each(thrown)('%s', async (_, error) => {
    const { response, problem, text } = await answerTo(error)
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(problem.status).toBe(response.status)
    expect(problem.type).toBe(`urn:foyer:problem:${problem.code}`)
    expect(problem.title).not.toBe('')
    expect(problem.requestId).toBe(response.headers.get('X-Request-Id'))
    expect(problem.instance).toBe(`urn:uuid:${problem.requestId}`)
    expect(text).not.toContain('CANARY')
    expect(text).not.toContain('"stack"')
  })
})

describe('what nobody expected', () => {
  test('becomes a bare 500, and is logged with its stack under the id the guest is given', async () => {
    const { problem, lines } = await answerTo(new TypeError('CANARY'))
    expect(problem).toMatchObject({ code: 'internal-error', status: 500 })
    expect(lines).toMatchObject([{ level: 'error', requestId: problem.requestId, status: 500 }])
    expect(lines[0]).toHaveProperty('err')
  })

  test('is a bug also when it speaks of a status', async () => {
    expect((await answerTo(Object.assign(new Error('x'), { status: 403 }))).problem.status).toBe(500)
    expect((await answerTo(new HTTPException(413))).problem.code).toBe('payload-too-large')
  })
})

describe('a refusal at the door', () => {
  test('says where the input was wrong, and sets its headers', async () => {
    const errors = [{ path: 'text', message: 'must not be empty' }]
    const error = new RequestError('invalid-request', 'Look again.', { errors, headers: { Allow: 'GET' } })
    const { problem, response, lines } = await answerTo(error)
    expect(problem).toMatchObject({ detail: 'Look again.', errors })
    expect(response.headers.get('Allow')).toBe('GET')
    expect(lines).toMatchObject([{ level: 'info', code: 'invalid-request' }])
  })

  test('S47 tells the log which check refused, and nobody else', async () => {
    const { text, lines } = await answerTo(new RequestError('blocked-cross-site', undefined, { reason: 'CANARY' }))
    expect(lines).toMatchObject([{ event: 'csrf-refused', code: 'blocked-cross-site', reason: 'CANARY' }])
    expect(text).not.toContain('CANARY')
  })

  test('S47 too much is worth a look, but for signs of typing', async () => {
    const { lines } = await answerTo(new RequestError('rate-limited', undefined, { reason: 'messages' }))
    expect(lines).toMatchObject([{ level: 'warn', event: 'rate-limited', limit: 'messages' }])
    const typing = await answerTo(new RequestError('rate-limited', undefined, { reason: 'typing' }))
    expect(typing.lines).toMatchObject([{ level: 'info', event: 'request-refused', reason: 'typing' }])
  })
})

test('a message more than may wait is refused with the time to wait', async () => {
  const { problem, response } = await answerTo(new ConversationError('too-many-unsent'))
  expect(problem).toMatchObject({ code: 'rate-limited', status: 429 })
  expect(response.headers.get('Retry-After')).toBe('30')
})

describe('a refusal of the platform', () => {
  const error = upstreamError('scope-missing', { detail: 'CANARY-detail', missing: ['messaging:guest:send'] })

  test('is told to a guest in a plain sentence only', async () => {
    const { text, problem } = await answerTo(error)
    expect(problem).toMatchObject({ code: 'guest-scope-missing', status: 502 })
    expect(text).not.toContain('CANARY')
    expect(text).not.toContain('messaging:guest:send')
  })

  test('comes with its diagnosis where that may be shown', async () => {
    const { problem } = await answerTo(error, { showDiagnosis: true })
    expect(problem.diagnosis).toMatchObject({ cause: 'scope-missing', missing: ['messaging:guest:send'] })
  })

  test('is diagnosed in the log', async () => {
    const { lines } = await answerTo(error)
    expect(lines).toMatchObject([{ level: 'error', diagnosis: { cause: 'scope-missing' } }])
  })

  test('is no error in the log where it is the guest’s', async () => {
    const { lines } = await answerTo(upstreamError('file-refused'))
    expect(lines).toMatchObject([{ level: 'info', status: 422, diagnosis: { cause: 'file-refused' } }])
  })

  test.each([
    ['4001', 'type'],
    ['4002', 'too-large'],
    ['4003', 'content'],
    ['4004', 'no-extension'],
    ['4005', 'name-too-long'],
    ['4102', 'empty'],
    ['4010', undefined],
  ])('of a file, %s, tells the page why: %s', async (code, fileRefusal) => {
    const { problem } = await answerTo(upstreamError('file-refused', { evidence: { code } }))
    expect(problem).toMatchObject({ code: 'attachment-refused', status: 422 })
    expect(problem.fileRefusal).toBe(fileRefusal)
  })

  test('says how long to wait, in whole seconds, where the platform did', async () => {
    const { problem, response } = await answerTo(upstreamError('rate-limited', { retryAfterMs: 1_200 }))
    expect(problem).toMatchObject({ code: 'rate-limited', status: 429, retryAfterSeconds: 2 })
    expect(response.headers.get('Retry-After')).toBe('2')
  })
})

test('an id of a request is never taken from outside', async () => {
  const app = new Hono<RequestIdEnv>().use(createRequestId()).get('/', (c) => c.text(c.get('requestId')))
  const response = await app.request('/', { headers: { 'X-Request-Id': 'CANARY' } })
  expect(response.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(await response.text()).toBe(response.headers.get('X-Request-Id'))
})
