import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { newEventLog, newSealer, openStore } from '../../test/support/stores.ts'
import { messageIdOf, withParticipant } from './conversation.ts'
import { toNewEvent, type StoredConnectorEvent } from './ingest.ts'

const ID = 'conversation-1'
const GUEST = { participantId: 'guest', role: 'guest' } as const
const NOOR = { participantId: 'agent:Noor', role: 'agent', name: 'Noor' } as const

const text = (words: string) => [{ type: 'text' as const, text: words }]
const echo = (upstreamId: string, words: string, messageId?: string): StoredConnectorEvent => ({
  ...{ type: 'message', upstreamId, from: GUEST, parts: text(words), messageId },
})

function createSubject() {
  const log = newEventLog({ sqlite: openStore(), sealer: newSealer(), clock: new FakeClock() })
  /** The guest says it; it is on its way. */
  const say = (messageId: string, words: string) =>
    log.append(ID, [{ type: 'message', messageId, from: GUEST, parts: text(words), state: 'pending' }])
  const ingest = async (event: StoredConnectorEvent) => {
    const made = await toNewEvent(log, ID, event)
    const [entry] = await log.append(ID, [made])
    return { ...made, logged: entry !== undefined }
  }
  return { log, say, ingest, message: (messageId: string) => log.readMessage(ID, messageId) }
}

describe('what the platform tells', () => {
  test('of others becomes an event of its own, under an id of ours', async () => {
    const { ingest } = createSubject()
    expect(
      await ingest({ type: 'message', upstreamId: '915e3fda2bddf3d4', from: NOOR, parts: text('hi') }),
    ).toMatchObject({
      ...{ type: 'message', messageId: '915e3fda2bddf3d4', state: 'sent', from: NOOR, upstreamId: '915e3fda2bddf3d4' },
    })
    const joined = { type: 'participant', upstreamId: 'up-2', participant: NOOR, change: 'joined' } as const
    expect(await ingest(joined)).toMatchObject(joined)
    expect(await ingest({ type: 'ended', upstreamId: 'up-3', by: 'agent', readOnly: true })).toMatchObject({
      ...{ type: 'conversation', state: 'ended', endedBy: 'agent', upstreamId: 'up-3' },
    })
  })

  test('twice is logged once', async () => {
    const { ingest } = createSubject()
    const said: StoredConnectorEvent = { type: 'message', upstreamId: 'up-1', from: NOOR, parts: text('hi') }
    expect((await ingest(said)).logged).toBe(true)
    expect((await ingest(said)).logged).toBe(false)
  })
})

describe('the echo of the guest’s own message', () => {
  test('is a receipt for it, by the id we gave', async () => {
    const { say, ingest, message } = createSubject()
    await say('message-1', 'hello')
    expect(await ingest(echo('up-1', 'hello', 'message-1'))).toMatchObject({
      ...{ type: 'receipt', messageId: 'message-1', state: 'sent', upstreamId: 'up-1', logged: true },
    })
    expect(await message('message-1')).toMatchObject({ state: 'sent', upstreamId: 'up-1' })
  })

  test('without that id is told by its text, the oldest unconfirmed first', async () => {
    const { say, ingest, message } = createSubject()
    for (const id of ['message-1', 'message-2']) await say(id, 'ok')
    await say('message-3', 'else')
    await ingest(echo('up-1', 'ok'))
    expect([await message('message-1'), await message('message-2')]).toMatchObject([
      { upstreamId: 'up-1' },
      { state: 'pending' },
    ])
    await ingest(echo('up-2', 'ok'))
    expect(await message('message-2')).toMatchObject({ state: 'sent', upstreamId: 'up-2' })
    expect(await message('message-3')).toMatchObject({ state: 'pending' })
  })

  test('is known again as it was before, however the platform trimmed it', async () => {
    const { say, ingest, message } = createSubject()
    await say('message-1', '  hello\r\nthere \n')
    await ingest(echo('up-1', 'hello\nthere'))
    expect(await message('message-1')).toMatchObject({ state: 'sent', upstreamId: 'up-1' })
  })

  test('told again after it was confirmed does not confirm another of the same text', async () => {
    const { say, ingest, message } = createSubject()
    for (const id of ['message-1', 'message-2']) await say(id, 'ok')
    await ingest(echo('up-1', 'ok'))
    expect((await ingest(echo('up-1', 'ok'))).logged).toBe(false)
    expect(await message('message-2')).toMatchObject({ state: 'pending', upstreamId: undefined })
  })

  test('after an answer without an id names the message late', async () => {
    const { log, say, ingest, message } = createSubject()
    await say('message-1', 'hello')
    await log.append(ID, [{ type: 'receipt', messageId: 'message-1', state: 'sent' }])
    await ingest(echo('up-1', 'hello'))
    expect(await message('message-1')).toMatchObject({ upstreamId: 'up-1' })
    expect(await log.lastSeq(ID)).toBe(2)
  })

  test('of a message that was called failed sets that right', async () => {
    const { log, say, ingest, message } = createSubject()
    await say('message-1', 'hello')
    await log.append(ID, [{ type: 'receipt', messageId: 'message-1', state: 'failed' }])
    await ingest(echo('up-1', 'hello', 'message-1'))
    expect(await message('message-1')).toMatchObject({ state: 'sent', upstreamId: 'up-1' })
  })

  test('of something we do not know is a message of the guest', async () => {
    const { ingest } = createSubject()
    expect(await ingest(echo('up-1', 'from another device'))).toMatchObject({
      type: 'message',
      from: GUEST,
      logged: true,
    })
    expect(await ingest(echo('up-2', 'forgotten', 'message-9'))).toMatchObject({ messageId: 'message-9', logged: true })
  })

  test('is never made of what somebody else said', async () => {
    const { say, ingest, message } = createSubject()
    await say('message-1', 'hello')
    const said = { type: 'message', upstreamId: 'up-1', from: NOOR, parts: text('hello') } as const
    expect(await ingest(said)).toMatchObject({ type: 'message', from: NOOR })
    expect(await ingest({ ...said, upstreamId: 'up-2', messageId: 'message-1' })).toMatchObject({ logged: false })
    expect(await message('message-1')).toMatchObject({ state: 'pending' })
  })
})

describe('our id of a message of the platform', () => {
  test('is the platform’s own where it has the form of one, else made of it', () => {
    expect(messageIdOf('66fedbc91e527c7c2d754caec1a835fc')).toBe('66fedbc91e527c7c2d754caec1a835fc')
    expect(messageIdOf('a/b')).toMatch(/^[0-9a-f]{32}$/)
    expect(messageIdOf('a/b')).toBe(messageIdOf('a/b'))
    expect(messageIdOf('a/b')).not.toBe(messageIdOf('a/c'))
  })
})

describe('the participants', () => {
  test('are those who came, each once, under the name they have now, without those who left', () => {
    const joined = withParticipant([], NOOR, 'joined')
    expect(withParticipant(joined, { ...NOOR, name: 'Noor A.' }, 'joined')).toEqual([{ ...NOOR, name: 'Noor A.' }])
    expect(withParticipant(joined, NOOR, 'left')).toEqual([])
    expect(withParticipant([], NOOR, 'left')).toEqual([])
  })
})
