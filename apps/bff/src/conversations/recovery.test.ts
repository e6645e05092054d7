import { describe, expect, test } from 'vitest'
import { settle } from '../../test/support/fake-clock.ts'
import { createRelaySubject, SESSION } from '../../test/support/relay.ts'
import type { SendStep } from '../../test/support/scripted-connector.ts'
import { lostAnswer } from '../../test/support/upstream-error.ts'
import { StoreError } from '../storage/store-error.ts'
import type { ConversationRecord } from './conversation.ts'

const MINUTE_MS = 60_000
const OTHER_SESSION = 'session-2'
const loseRequest: SendStep = () => Promise.reject(lostAnswer())

/** Two sessions with a message each that never went out (`one` and `two`), and the process after that. */
async function leftUnsent() {
  const subject = createRelaySubject()
  const { relay, connector, store, lines } = subject
  const record = await subject.openConversation()
  const { record: other } = await relay.openFor(OTHER_SESSION, {})
  connector.steps.push(loseRequest, loseRequest)
  await relay.send(record, { messageId: 'message-1', text: 'one' })
  await relay.send(other, { messageId: 'message-2', text: 'two' })
  await settle()
  await relay.close()
  lines.length = 0
  connector.calls.length = 0

  const later = subject.start()
  const recover = () => {
    const recovered = later.recover().then(
      () => 'done',
      (error: unknown) => error,
    )
    return settle().then(() => ({ recovered }))
  }
  /** The store fails at that conversation until the returned function is called. */
  const failAt = ({ conversationId }: ConversationRecord, error: Error) => {
    const { read } = store
    store.read = (id) => (id === conversationId ? Promise.reject(error) : read(id))
    return () => void (store.read = read)
  }
  return { ...subject, record, other, later, recover, failAt }
}
const logged = (lines: readonly Record<string, unknown>[]) => lines.filter(({ event }) => event === 'recovery-failed')

describe('a conversation that cannot be read', () => {
  test('is taken up once it can be, and holds up no other', async () => {
    const { later, connector, record, recover, failAt, advance, lines } = await leftUnsent()
    const mend = failAt(record, new StoreError('io'))
    const { recovered } = await recover()
    for (let minute = 0; minute < 3; minute++) await advance(MINUTE_MS)
    expect(connector.taken).toEqual(['two'])
    expect(later.isSending(SESSION), 'nobody knows yet').toBe(true)
    mend()
    await advance(MINUTE_MS)
    expect(await recovered).toBe('done')
    expect(connector.taken).toEqual(['two', 'one'])
    expect(later.isSending(SESSION)).toBe(false)
    expect(logged(lines)).toHaveLength(1)
    expect(connector.calls.filter((call) => call.startsWith('open upstream-2'))).toHaveLength(1)
  })

  test('keeps every session from its end for ten minutes, and no longer', async () => {
    const { later, connector, record, recover, failAt, advance } = await leftUnsent()
    const damaged = new StoreError('corrupt')
    failAt(record, damaged)
    const { recovered } = await recover()
    await advance(9 * MINUTE_MS)
    expect(later.isSending('any')).toBe(true)
    await advance(2 * MINUTE_MS)
    expect(later.isSending('any')).toBe(false)
    expect(await recovered).toBe(damaged)
    expect(connector.taken).toEqual(['two'])
  })

  test('for a fault of our own is not asked for again, and holds up no other', async () => {
    const { later, connector, record, recover, failAt, advance, lines } = await leftUnsent()
    const err = new Error('a record of some other form')
    failAt(record, err)
    const { recovered } = await recover()
    expect(await recovered).toBe('done')
    expect(logged(lines)).toEqual([{ level: 'error', event: 'recovery-failed', err }])
    await advance(MINUTE_MS)
    expect(connector.taken).toEqual(['two'])
    expect(later.isSending(SESSION)).toBe(false)
  })

  test('is not taken up when its session was over before', async () => {
    const { later, connector, record, recover, failAt, advance, lines } = await leftUnsent()
    const mend = failAt(record, new StoreError('io'))
    const { recovered } = await recover()
    await later.abandon(SESSION)
    mend()
    await advance(MINUTE_MS)
    expect(await recovered).toBe('done')
    expect(connector.taken).toEqual(['two'])
    expect(logged(lines)).toHaveLength(1)
  })
})

describe('the messages of one that cannot be read', () => {
  test('are sent once they can be, though nobody looks', async () => {
    const { later, connector, log, record, recover, advance } = await leftUnsent()
    const { unconfirmed } = log
    log.unconfirmed = (id) => (id === record.conversationId ? Promise.reject(new StoreError('full')) : unconfirmed(id))
    await recover()
    for (let minute = 0; minute < 3; minute++) await advance(MINUTE_MS)
    expect(later.isSending(SESSION)).toBe(true)
    log.unconfirmed = unconfirmed
    await advance(MINUTE_MS)
    expect(connector.taken).toEqual(['two', 'one'])
    await advance(MINUTE_MS)
    expect(connector.listeners, 'then it is let go of').toBe(0)
  })

  test('keep it open for ten minutes, and no longer', async () => {
    const { later, connector, log, record, recover, advance } = await leftUnsent()
    const { unconfirmed } = log
    log.unconfirmed = (id) =>
      id === record.conversationId ? Promise.reject(new StoreError('corrupt')) : unconfirmed(id)
    await recover()
    await advance(9 * MINUTE_MS)
    expect([later.isSending(SESSION), connector.listeners]).toEqual([true, 1])
    await advance(2 * MINUTE_MS)
    expect([later.isSending(SESSION), connector.listeners]).toEqual([false, 0])
  })
})

describe('a stop', () => {
  test('is not held up by a store that cannot say whose the messages are, and is no fault', async () => {
    const { later, log, recover, lines } = await leftUnsent()
    log.conversationsWithPending = () => Promise.reject(new StoreError('io'))
    const { recovered } = await recover()
    await later.close()
    expect(await recovered).toBe('done')
    expect(logged(lines), 'that of the store alone').toHaveLength(1)
  })

  test('leaves what was not taken up yet to the next start', async () => {
    const { later, connector, recover } = await leftUnsent()
    const recovering = recover()
    await later.close()
    expect(await (await recovering).recovered).toBe('done')
    expect(connector.calls).toEqual(['close'])
  })
})
