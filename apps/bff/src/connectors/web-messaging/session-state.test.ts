import type { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import { describe, expect, test } from 'vitest'
import { inputIn, isUp, next, START, type Ending, type SessionInput, type SessionState } from './session-state.ts'

const configuring: SessionState = { name: 'configuring', failures: 0 }
const configured: SessionState = { name: 'configured', failures: 0 }
const readOnly: SessionState = { name: 'read-only', failures: 0 }
const live = [configured, readOnly]
const session = (more: Partial<Extract<SessionInput, { type: 'session' }>> = {}): SessionInput => ({
  ...{ type: 'session', connected: true, readOnly: false, newSession: false },
  ...more,
})

describe('coming up', () => {
  test('connects, configures, and is there', () => {
    const opened = next(START, { type: 'opened' })
    expect(opened).toEqual(configuring)
    expect(next(opened, session())).toEqual(configured)
    expect(next(opened, session({ readOnly: true }))).toEqual(readOnly)
  })

  test('starting anew after a read-only end makes it writable again', () => {
    expect(next(readOnly, session({ newSession: true }))).toEqual(configured)
  })

  test('an answer that we are not connected is no state: it answers a close', () => {
    for (const state of [configuring, ...live]) expect(next(state, session({ connected: false }))).toBe(state)
  })

  test.each([403, 401, 404, 400])('a handshake refused with %i is final', (status) => {
    expect(next(START, { type: 'refused', status })).toEqual({
      name: 'over',
      why: { by: 'refusal', operation: 'open', code: status },
    })
  })

  test.each([429, 408, 500, 503])('a handshake refused with %i is tried again', (status) => {
    expect(next(START, { type: 'refused', status })).toEqual({ name: 'waiting', failures: 1 })
  })

  test.each([400, 401, 403, 4020])('an error %i while configuring is final', (code) => {
    expect(next(configuring, { type: 'error', code })).toMatchObject({
      why: { by: 'refusal', operation: 'configure', code },
    })
  })

  test.each([429, 4029, 503, 5000, 408])('an error %i while configuring passes', (code) => {
    expect(next(configuring, { type: 'error', code })).toEqual({ name: 'waiting', failures: 1 })
  })
})

describe('losing the line', () => {
  test.each([START, configuring, ...live])('in $name it waits, and tries again', (state) => {
    const waiting = next(state, { type: 'lost' })
    expect(waiting).toEqual({ name: 'waiting', failures: 1 })
    expect(next(waiting, { type: 'retry' })).toEqual({ name: 'connecting', failures: 1 })
  })

  test('failures count up, and being configured forgets them', () => {
    let state: SessionState = START
    for (let count = 0; count < 3; count++) state = next(next(state, { type: 'lost' }), { type: 'retry' })
    expect(state).toEqual({ name: 'connecting', failures: 3 })
    expect(next(next(state, { type: 'opened' }), session())).toEqual(configured)
  })

  test('one loss is not counted twice', () => {
    const waiting: SessionState = { name: 'waiting', failures: 2 }
    expect(next(waiting, { type: 'lost' })).toBe(waiting)
  })

  test('a place lost to a fourth connection is taken back, but much later', () => {
    expect(next(configured, { type: 'evicted', reason: undefined })).toEqual({ name: 'waiting', failures: 5 })
  })
})

describe('the end', () => {
  test.each([
    [4006, 'system'],
    [4007, 'system'],
    [4017, 'sign-in'],
  ])('code %i ends it whenever it comes (%s)', (code, by) => {
    for (const state of [configuring, ...live]) {
      expect(next(state, { type: 'error', code })).toEqual({ name: 'over', why: { by } })
    }
  })

  test.each([403, 409, 4011, 4013, 4029, 5000])('code %i leaves a session as it is', (code) => {
    for (const state of live) expect(next(state, { type: 'error', code })).toBe(state)
  })

  test.each<[SessionInput, Ending['by']]>([
    [{ type: 'expired' }, 'system'],
    [{ type: 'displaced' }, 'displaced'],
    [{ type: 'evicted', reason: 'signedIn' }, 'sign-in'],
    [{ type: 'logged-out' }, 'sign-in'],
    [{ type: 'left' }, 'guest'],
    [{ type: 'cleared' }, 'guest'],
  ])('%j ends it (%s)', (input, by) => {
    for (const state of live) expect(next(state, input)).toMatchObject({ name: 'over', why: { by } })
  })

  test('a disconnect makes it read-only where it says so, and changes nothing where it does not', () => {
    expect(next(configured, { type: 'disconnected', readOnly: true })).toEqual(readOnly)
    expect(next(configured, { type: 'disconnected', readOnly: false })).toBe(configured)
    expect(next(readOnly, { type: 'disconnected', readOnly: true })).toBe(readOnly)
  })

  test('a connection closed after clearing is part of it', () => {
    const cleared = next(configured, { type: 'cleared' })
    expect(cleared).toEqual({ name: 'over', why: { by: 'guest', cleared: true } })
    expect(next(cleared, { type: 'evicted', reason: undefined })).toBe(cleared)
    expect(next(cleared, { type: 'lost' })).toBe(cleared)
  })

  test('nothing brings it back', () => {
    const over = next(configured, { type: 'expired' })
    const inputs: SessionInput[] = [
      { type: 'opened' },
      session(),
      { type: 'retry' },
      { type: 'disconnected', readOnly: true },
    ]
    for (const input of inputs) expect(next(over, input)).toBe(over)
  })
})

test('is up while it is configured, writable or not', () => {
  const waiting: SessionState = { name: 'waiting', failures: 1 }
  expect([START, configuring, configured, readOnly, waiting].map(isUp)).toEqual([false, false, true, true, false])
})

describe('an input that is of no use in a state changes nothing:', () => {
  test.each<[SessionState, SessionInput]>([
    [configured, { type: 'opened' }],
    [configured, { type: 'retry' }],
    [{ name: 'waiting', failures: 1 }, { type: 'opened' }],
    [
      { name: 'waiting', failures: 1 },
      { type: 'error', code: 400 },
    ],
    [
      { name: 'waiting', failures: 1 },
      { type: 'disconnected', readOnly: true },
    ],
    [START, { type: 'retry' }],
  ])('%j, %j', (state, input) => expect(next(state, input)).toBe(state))
})

describe('a frame means for the session', () => {
  const frame = (name: string, body: unknown = {}, code = 200) => ({ class: name, code, body }) as ServerFrame

  test.each([
    [frame('SessionExpiredEvent'), { type: 'expired' }],
    [frame('SessionClearedEvent'), { type: 'cleared' }],
    [frame('LogoutEvent'), { type: 'logged-out' }],
    [frame('ConnectionClosedEvent'), { type: 'evicted', reason: undefined }],
    [frame('ConnectionClosedEvent', { reason: 'signedIn' }), { type: 'evicted', reason: 'signedIn' }],
    [frame('ConnectionClosedEvent', { reasonCode: 'signedIn' }), { type: 'evicted', reason: 'signedIn' }],
    [frame('string', 'gone', 4006), { type: 'error', code: 4006 }],
    [frame('Error', { errorCode: 4007 }), { type: 'error', code: 4007 }],
    [frame('TooManyRequestsErrorMessage', { retryAfter: 3 }, 429), { type: 'error', code: 429 }],
  ])('%j: %j', (given, input) => expect(inputIn(given)).toEqual(input))

  test.each([
    frame('StructuredMessage', { id: 'a', type: 'Text', direction: 'Inbound' }),
    frame('UploadFailureEvent', { attachmentId: 'a', errorCode: 4003 }),
    frame('GenerateUrlError', { attachmentId: 'a', errorCode: 4001 }, 400),
  ])('nothing: %j', (given) => expect(inputIn(given)).toBeUndefined())
})
