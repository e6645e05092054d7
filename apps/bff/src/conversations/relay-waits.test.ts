import { describe, expect, test } from 'vitest'
import { settle } from '../../test/support/fake-clock.ts'
import { createRelaySubject, SESSION } from '../../test/support/relay.ts'

const ONE = { messageId: 'id-of-one', text: 'one' }

/** Held by the platform, or for its sake, until it is called off. */
const untilAborted = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))

describe('a session whose time is up does not wait', () => {
  test('for a message that waits for its turn: it is called off', async () => {
    const { relay, connector, openConversation, stateOf } = createRelaySubject()
    connector.steps.push((_, __, signal) => untilAborted(signal))
    const record = await openConversation()
    await relay.send(record, ONE)
    await settle()
    await relay.abandon(SESSION)
    expect(await stateOf(record, ONE.messageId)).toBe('failed')
  })

  test('for a message that is looked for: so is that', async () => {
    const { relay, connector, start, openConversation, stateOf, advance } = createRelaySubject()
    const record = await openConversation()
    await relay.park()
    await relay.send(record, ONE)
    await relay.close()
    connector.reading = untilAborted
    const later = start()
    await later.recover()
    await advance(1_000)
    expect(connector.calls.at(-1)).toBe('read')
    await later.abandon(SESSION)
    expect(await stateOf(record, ONE.messageId)).toBe('failed')
  })

  test('for more than a quarter of a minute for an answer that does not come', async () => {
    const { relay, connector, openConversation, stateOf, advance } = createRelaySubject()
    connector.steps.push(() => new Promise(() => undefined))
    const record = await openConversation()
    await relay.send(record, ONE)
    await settle()
    const abandoned = relay.abandon(SESSION)
    await advance(14_999)
    expect(await stateOf(record, ONE.messageId)).toBe('pending')
    await advance(1)
    await abandoned
    expect(await stateOf(record, ONE.messageId)).toBe('failed')
  })
})
