import { describe, expect, test } from 'vitest'
import type { Context } from 'hono'
import { settle } from '../../test/support/fake-clock.ts'
import type { ConversationRecord } from '../conversations/conversation.ts'
import type { LoggedMessage } from '../event-log/event-log.ts'
import { createMessageLimit } from './message-limit.ts'

const record = { conversationId: 'c-1', sessionId: 's-1' } as ConversationRecord
const c = {} as Context

/** A limit of so many, over a log in which a message is once it has been sent. */
function createDoor(quota: number) {
  const states = new Map<string, LoggedMessage['state']>()
  const counted: string[] = []
  const giveBack = async (key: string) => void counted.splice(counted.indexOf(key), 1)
  async function limit(_c: Context, key: string, isFree?: () => Promise<boolean>) {
    if (counted.length < quota) return counted.push(key) > 0
    if (await isFree?.()) return false
    throw new Error('refused')
  }
  const limitMessages = createMessageLimit({
    log: {
      async readMessage(_conversationId, messageId) {
        await settle()
        const state = states.get(messageId)
        return state && ({ state, seq: 1 } as LoggedMessage & { seq: number })
      },
    },
    limit: Object.assign(limit, { giveBack }),
  })
  const send = (messageId: string) =>
    limitMessages(c, { record, messageId }, async () => {
      await settle()
      const repeated = states.has(messageId) && states.get(messageId) !== 'failed'
      states.set(messageId, 'pending')
      return { messageId, repeated }
    })
  const all = async (messageIds: readonly string[]) =>
    (await Promise.allSettled(messageIds.map(send))).filter(({ status }) => status === 'fulfilled').length
  return { send, all, states, counted }
}

describe('a message', () => {
  test('counts for its session', async () => {
    const { send, counted } = createDoor(9)
    await send('m-1')
    expect(counted).toEqual(['s-1'])
  })

  test('that is known is free, though the limit is met', async () => {
    const { send, all } = createDoor(1)
    await send('m-1')
    expect(await all(Array(50).fill('m-1') as string[])).toBe(50)
    await expect(send('m-2')).rejects.toThrow('refused')
  })

  test('that is known is given back where it was counted', async () => {
    const { all, counted } = createDoor(9)
    await all(['m-1', 'm-2'])
    await all(['m-1', 'm-2'])
    expect(counted).toEqual(['s-1', 's-1'])
  })

  test('fifty times at once counts once', async () => {
    const { all, counted } = createDoor(3)
    expect(await all(Array(50).fill('m-1') as string[])).toBe(50)
    expect(counted).toHaveLength(1)
  })

  test('that is refused is refused to all who ask at once, and may be asked again', async () => {
    const { all, send, states, counted } = createDoor(0)
    expect(await all(Array(5).fill('m-1') as string[])).toBe(0)
    expect(states.size).toBe(0)
    counted.length = 0
    await expect(send('m-1')).rejects.toThrow('refused')
  })

  test('that had failed counts again: it is sent once more', async () => {
    const { send, states, counted } = createDoor(2)
    await send('m-1')
    states.set('m-1', 'failed')
    await send('m-1')
    expect(counted).toHaveLength(2)
  })
})
