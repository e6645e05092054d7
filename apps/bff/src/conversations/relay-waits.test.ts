import { describe, expect, test } from 'vitest'
import { settle } from '../../test/support/fake-clock.ts'
import { createRelaySubject, SESSION } from '../../test/support/relay.ts'
import type { OutgoingFile } from '../connectors/connector.ts'
import { serverOptions } from '../server-limits.ts'
import { StoreError } from '../storage/store-error.ts'
import { ConversationError } from './conversation-error.ts'

const MINUTE_MS = 60_000
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

test('R7 a message that is to come after one that cannot be read is refused for now, after a quarter of a minute', async () => {
  const { relay, log, openConversation, stateOf, advance } = createRelaySubject()
  log.unconfirmed = () => Promise.reject(new StoreError('io'))
  const record = await openConversation()
  const sent = relay.send(record, ONE).catch((error: unknown) => error)
  await advance(14_999)
  expect(await Promise.race([sent, 'still waiting'])).toBe('still waiting')
  await advance(1)
  expect(await sent).toBeInstanceOf(StoreError)
  expect(await stateOf(record, ONE.messageId)).toBeUndefined()
})

describe('a session that is forgotten', () => {
  test('can do nothing for as long as a request that began before may take to come in', async () => {
    const { relay, connector, openConversation, advance } = createRelaySubject()
    const record = await openConversation()
    await relay.forget(SESSION)
    const { length } = connector.calls
    await advance(serverOptions.requestTimeout + 1_000)
    const upload = relay.files(record).upload(file)
    await expect(upload).rejects.toThrow(new ConversationError('not-found'))
    expect(connector.calls).toHaveLength(length)
    expect(relay.openCount).toBe(0)
  })
})

const file: OutgoingFile = {
  ...{ attachmentId: 'file-1', name: 'map.txt', mediaType: 'text/plain', size: 0 },
  bytes: new Blob([]).stream(),
}

describe('a file on its way', () => {
  test.each(['upload', 'remove', 'download'] as const)(
    'keeps its conversation open, though nobody looks, and no longer: %s',
    async (direction) => {
      const { relay, connector, openConversation, advance } = createRelaySubject()
      const arrived = Promise.withResolvers<never>()
      const move = () => arrived.promise
      connector.files = { upload: move, remove: move, download: move }
      const record = await openConversation()
      const { upload, remove, download } = relay.files(record)
      const moving = { upload: () => upload(file), remove: () => remove('file-1'), download: () => download('file-1') }
      const moved = moving[direction]()
      await advance(5 * MINUTE_MS)
      expect(relay.openCount).toBe(1)
      arrived.resolve(undefined as never)
      await moved
      await advance(MINUTE_MS)
      expect(relay.openCount).toBe(0)
    },
  )

  test('is not to be had where the platform has none', async () => {
    const { relay, openConversation } = createRelaySubject()
    const record = await openConversation()
    await expect(relay.files(record).download('file-1')).rejects.toThrow(new ConversationError('not-supported'))
  })
})
