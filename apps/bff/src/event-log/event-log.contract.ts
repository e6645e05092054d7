import type { LoggedEvent } from '@foyer/shared/protocol/event'
import type { MessageState } from '@foyer/shared/protocol/message'
import { beforeEach, describe, expect, test } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import type { Clock } from '../clock.ts'
import {
  EventLogError,
  PAGE_BYTES,
  type EventLog,
  type LogEntry,
  type NewEvent,
  type PassingNews,
} from './event-log.ts'
import { canMove } from './message-state.ts'

/** One store, made for one test. What it cannot show is left out, and the promises about it are skipped. */
export interface EventLogUnderTest {
  readonly log: EventLog
  /** The same store, opened again as another process would. */
  readonly reopen?: () => Promise<EventLog>
  /** Everything the store keeps where others could read it. */
  readonly bytesAtRest?: () => Promise<string>
}

const HERE = 'conversation-here'
const THERE = 'conversation-there'
const KEEP_ALL = { maxAgeMs: 3_600_000, maxEvents: 1_000 }
const STATES: readonly MessageState[] = ['pending', 'sent', 'delivered', 'read', 'failed']

/** What every event log must show, wherever it keeps its events. */
export function eventLogContract(name: string, create: (clock: Clock) => Promise<EventLogUnderTest>): void {
  let clock: FakeClock
  let subject: EventLogUnderTest
  let log: EventLog

  beforeEach(async () => {
    clock = new FakeClock()
    subject = await create(clock)
    log = subject.log
  })

  const append = async (...events: NewEvent[]) => (await log.append(HERE, events)).map((entry) => entry?.seq)
  const fill = (count: number, conversationId = HERE) =>
    log.append(
      conversationId,
      Array.from({ length: count }, (_, index) => agentMessage(`up-${index + 1}`)),
    )
  const readAll = async (from: EventLog = log, conversationId = HERE) => {
    const { entries } = await from.readBefore(conversationId, undefined, 10_000)
    return entries.map(toEvent)
  }
  const seqsAfter = async (seq: number, limit = 100) =>
    (await log.readAfter(HERE, seq, limit)).entries.map((entry) => entry.seq)

  describe(`${name}: appending`, () => {
    test('numbers events 1, 2, 3 … without gaps, over any number of calls', async () => {
      expect(await append(guestMessage('message-1'))).toEqual([1])
      expect(await append(agentMessage('up-1'), agentMessage('up-2'))).toEqual([2, 3])
      expect(await append()).toEqual([])
      expect(await append(agentMessage('up-3'))).toEqual([4])
      expect((await readAll()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    })

    test('stamps each event with its seq and the time', async () => {
      await append(guestMessage('message-1'))
      clock.jumpWallClock(1_500)
      await append(agentMessage('up-1'))
      expect(await readAll()).toMatchObject([
        { seq: 1, at: '2026-11-22T10:00:00.000Z', type: 'message', messageId: 'message-1' },
        { seq: 2, at: '2026-11-22T10:00:01.500Z', type: 'message' },
      ])
    })

    test('gives back exactly what was appended, and nothing of what is for the store alone', async () => {
      const text = 'Grüße 👋\r\n\nevent: x\ndata: y\u2028"\\'
      await append({ ...agentMessage('up-1', 'message-1'), parts: [{ type: 'text', text }] })
      const [entry] = (await log.readAfter(HERE, 0, 1)).entries
      expect(entry?.json).not.toMatch(/[\r\n]/)
      expect(entry?.json).not.toContain('up-1')
      expect(toEvent(entry)).toMatchObject({ parts: [{ type: 'text', text }] })
    })

    test('keeps all of a batch or none', async () => {
      await append(guestMessage('message-1'))
      const broken = { type: 'notice', problem: { toJSON: () => fail() } } as unknown as NewEvent
      const told: number[] = []
      log.follow(HERE, (news) => void told.push(seqOf(news)))
      const batch = [agentMessage('up-1'), receipt('message-1', 'sent', 'up-2'), broken, agentMessage('up-3')]
      await expect(log.append(HERE, batch)).rejects.toThrow()

      expect(await log.lastSeq(HERE)).toBe(1)
      expect(told).toEqual([])
      expect(await log.knows(HERE, 'up-1')).toBe(false)
      expect(await log.knows(HERE, 'up-2')).toBe(false)
      expect((await log.readMessage(HERE, 'message-1'))?.state).toBe('pending')
      expect(await append(agentMessage('up-1'))).toEqual([2])
    })

    test('leaves out a message whose messageId is known', async () => {
      expect(await append(guestMessage('message-1'), guestMessage('message-1', 'again'))).toEqual([1, undefined])
      expect(await append(guestMessage('message-1'))).toEqual([undefined])
      expect(await readAll()).toHaveLength(1)
    })

    test('leaves out anything whose upstreamId is known, whatever it is', async () => {
      const joined: NewEvent = { type: 'participant', participant: AGENT, change: 'joined', upstreamId: 'up-1' }
      const ended: NewEvent = { type: 'conversation', state: 'ended', endedBy: 'agent', upstreamId: 'up-1' }
      expect(await append(joined, joined, ended, agentMessage('up-1', 'another-1'))).toEqual([1, ...Array(3)])
    })

    test('keeps events apart that have no id to know them by', async () => {
      const notice: NewEvent = { type: 'conversation', state: 'ended', endedBy: 'system' }
      expect(await append(notice, notice)).toEqual([1, 2])
    })

    test('gives each of many at once a place of its own', async () => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) => log.append(HERE, [agentMessage(`up-${index}`)])),
      )
      const seqs = answers.map(([entry]) => entry?.seq ?? 0)
      expect(seqs.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
    })

    test('stores one of many that bring the same message at once', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => log.append(HERE, [guestMessage('message-1')])))
      expect(answers.filter(([entry]) => entry !== undefined)).toHaveLength(1)
      expect(await log.lastSeq(HERE)).toBe(1)
    })

    test('keeps conversations apart: their seqs, their ids, their messages', async () => {
      await append(guestMessage('message-1'), agentMessage('up-1'))
      const [first] = await log.append(THERE, [guestMessage('message-1', 'over there')])
      expect(first?.seq).toBe(1)
      expect(await log.knows(THERE, 'up-1')).toBe(false)
      expect(await log.knows(HERE, 'up-1')).toBe(true)
      await log.append(THERE, [receipt('message-1', 'sent')])
      expect((await log.readMessage(HERE, 'message-1'))?.state).toBe('pending')
      expect((await readAll()).map(({ type }) => type)).toEqual(['message', 'message'])
    })
  })

  describe(`${name}: receipts`, () => {
    for (const from of STATES) {
      for (const to of STATES) {
        test(`${from} → ${to} ${canMove(from, to) ? 'moves the message and is logged' : 'changes nothing'}`, async () => {
          await append(guestMessage('message-1', 'hello', from))
          expect(await append(receipt('message-1', to))).toEqual([canMove(from, to) ? 2 : undefined])
          expect((await log.readMessage(HERE, 'message-1'))?.state).toBe(canMove(from, to) ? to : from)
        })
      }
    }

    test('leave the message in history as it was stored; the state it has now is asked of the log', async () => {
      await append(guestMessage('message-1'), receipt('message-1', 'sent'), receipt('message-1', 'read'))
      expect(await readAll()).toMatchObject([
        { type: 'message', state: 'pending' },
        { type: 'receipt', state: 'sent' },
        { type: 'receipt', state: 'read' },
      ])
      expect(await log.readMessage(HERE, 'message-1')).toMatchObject({ seq: 1, state: 'read' })
    })

    test('carry the problem of a failure', async () => {
      const problem = { type: 't', title: 'Too long', status: 422, detail: 'd', code: 'message-refused' } as const
      await append(guestMessage('message-1'), { type: 'receipt', messageId: 'message-1', state: 'failed', problem })
      expect(await readAll()).toMatchObject([{}, { state: 'failed', problem }])
    })

    test('for a message that is not there are left out', async () => {
      expect(await append(receipt('message-9', 'sent', 'up-9'))).toEqual([undefined])
      expect(await log.knows(HERE, 'up-9')).toBe(false)
    })

    test('name their message upstream, so that its echo is known', async () => {
      await append(guestMessage('message-1'), receipt('message-1', 'sent', 'up-1'))
      expect(await log.readMessage(HERE, 'message-1')).toMatchObject({ state: 'sent', upstreamId: 'up-1' })
      expect(await append(guestEcho('up-1'))).toEqual([undefined])
    })

    test('name it late too, though they move it nowhere', async () => {
      await append(guestMessage('message-1'), receipt('message-1', 'sent'))
      expect(await append(receipt('message-1', 'sent', 'up-1'))).toEqual([undefined])
      expect(await log.readMessage(HERE, 'message-1')).toMatchObject({ state: 'sent', upstreamId: 'up-1' })
      expect(await log.knows(HERE, 'up-1')).toBe(true)
      expect(await log.unconfirmed(HERE)).toEqual([])
    })

    test('never rename a message, nor take a name that is taken', async () => {
      await append(guestMessage('message-1'), guestMessage('message-2'), receipt('message-1', 'sent', 'up-1'))
      await append(receipt('message-1', 'delivered', 'up-2'), receipt('message-2', 'sent', 'up-1'))
      expect(await log.readMessage(HERE, 'message-1')).toMatchObject({ state: 'delivered', upstreamId: 'up-1' })
      expect(await log.readMessage(HERE, 'message-2')).toMatchObject({ state: 'sent', upstreamId: undefined })
      expect(await log.knows(HERE, 'up-2')).toBe(false)
    })
  })

  describe(`${name}: reading`, () => {
    test('of a conversation without events finds nothing, and is no error', async () => {
      expect(await log.readAfter(HERE, 0, 10)).toEqual({ entries: [], later: false })
      expect(await log.readBefore(HERE, undefined, 10)).toEqual({ entries: [], earlier: false })
      expect(await log.lastSeq(HERE)).toBe(0)
      expect(await log.readMessage(HERE, 'message-1')).toBeUndefined()
      expect(await log.knows(HERE, 'up-1')).toBe(false)
      expect(await log.unconfirmed(HERE)).toEqual([])
    })

    test('after a seq gives what follows it, oldest first, at most as many as asked for', async () => {
      await fill(5)
      expect(await seqsAfter(0)).toEqual([1, 2, 3, 4, 5])
      expect(await seqsAfter(2)).toEqual([3, 4, 5])
      expect(await seqsAfter(2, 2)).toEqual([3, 4])
      expect(await seqsAfter(5)).toEqual([])
    })

    test('of long events a page has as many as fill it, and one at least', async () => {
      const long = '語'.repeat(PAGE_BYTES / 4 / 3) // three bytes each
      await append(...['message-1', 'message-2', 'message-3', 'message-4'].map((id) => guestMessage(id, long)))
      await append(guestMessage('message-5', 'x'.repeat(2 * PAGE_BYTES)), guestMessage('message-6'))
      expect(await seqsAfter(0)).toEqual([1, 2, 3, 4])
      expect(await seqsAfter(4)).toEqual([5])
      expect(await seqsAfter(5)).toEqual([6])
    })

    test('says whether there may be more after a page', async () => {
      await fill(3)
      expect(await log.readAfter(HERE, 0, 2)).toMatchObject({ entries: { length: 2 }, later: true })
      expect(await log.readAfter(HERE, 2, 2)).toMatchObject({ entries: { length: 1 }, later: false })
      expect(await log.readAfter(HERE, 3, 2)).toEqual({ entries: [], later: false })
    })

    test('reads nothing for whoever has gone meanwhile', async () => {
      await fill(3)
      expect(await log.readAfter(HERE, 0, 2, AbortSignal.abort())).toEqual({ entries: [], later: false })
    })

    test('after a seq beyond the end is refused: it never was, or is gone', async () => {
      await fill(3)
      await expect(log.readAfter(HERE, 4, 10)).rejects.toThrow(new EventLogError('trimmed'))
      await expect(log.readAfter(THERE, 1, 10)).rejects.toThrow(EventLogError)
    })

    test('before a seq pages backwards to the beginning, each page oldest first', async () => {
      await fill(5)
      const page = async (before: number | undefined, limit: number) => {
        const { entries, earlier } = await log.readBefore(HERE, before, limit)
        return { seqs: entries.map(({ seq }) => seq), earlier }
      }
      expect(await page(undefined, 2)).toEqual({ seqs: [4, 5], earlier: true })
      expect(await page(4, 2)).toEqual({ seqs: [2, 3], earlier: true })
      expect(await page(2, 2)).toEqual({ seqs: [1], earlier: false })
      expect(await page(1, 2)).toEqual({ seqs: [], earlier: false })
      expect(await page(undefined, 5)).toEqual({ seqs: [1, 2, 3, 4, 5], earlier: false })
      expect(await page(999, 3)).toEqual({ seqs: [3, 4, 5], earlier: true })
    })

    test('finds what is not confirmed: pending, and sent without an id of the platform, the guest’s only', async () => {
      await append(guestMessage('message-1'), guestMessage('message-2'), guestMessage('message-3'))
      await append(guestMessage('message-4'), guestMessage('message-5'), agentMessage('up-1'), guestEcho('up-2'))
      await append(receipt('message-2', 'sent'), receipt('message-3', 'sent', 'up-3'))
      await append(receipt('message-4', 'failed'), receipt('message-5', 'delivered'))
      const found = await log.unconfirmed(HERE)
      expect(found.map(({ event, state }) => [event.messageId, state])).toEqual([
        ['message-1', 'pending'],
        ['message-2', 'sent'],
      ])
    })

    test('finds each conversation with something to send, once', async () => {
      await append(guestMessage('message-1'), guestMessage('message-2'))
      await log.append(THERE, [guestMessage('message-1'), receipt('message-1', 'sent')])
      expect(await log.conversationsWithPending()).toEqual([HERE])
      await append(receipt('message-1', 'sent'), receipt('message-2', 'failed'))
      expect(await log.conversationsWithPending()).toEqual([])
      await append(receipt('message-2', 'pending'))
      expect(await log.conversationsWithPending()).toEqual([HERE])
    })
  })

  test(`${name}: counts what is to be sent, and knows since when the oldest has been`, async () => {
    expect(await log.pending()).toEqual({ count: 0, oldestAtMs: undefined })
    await append(guestMessage('message-1'), agentMessage('up-1'))
    const firstAtMs = clock.now()
    clock.jumpWallClock(1_500)
    await append(guestMessage('message-2'))
    await log.append(THERE, [guestMessage('message-1')])
    expect(await log.pending()).toEqual({ count: 3, oldestAtMs: firstAtMs })
    await append(receipt('message-1', 'sent'))
    expect(await log.pending()).toEqual({ count: 2, oldestAtMs: firstAtMs + 1_500 })
  })

  describe(`${name}: following`, () => {
    test('tells what is appended, in order, and nothing of what was left out', async () => {
      const told = follow(log)
      await append(guestMessage('message-1'), guestMessage('message-1'), agentMessage('up-1'))
      await append(receipt('message-1', 'pending'), receipt('message-1', 'sent'))
      expect(told.map(({ seq, type }) => `${seq} ${type}`)).toEqual(['1 message', '2 message', '3 receipt'])
    })

    test('tells the very entry that reading gives', async () => {
      const told = follow(log)
      await append(agentMessage('up-1'))
      expect(told).toEqual((await log.readAfter(HERE, 0, 1)).entries)
    })

    test('tells only what is stored already', async () => {
      const found: ReturnType<EventLog['readAfter']>[] = []
      log.follow(HERE, (news) => void found.push(log.readAfter(HERE, seqOf(news) - 1, 10)))
      await append(agentMessage('up-1'), agentMessage('up-2'))
      const seqs = (await Promise.all(found)).map(({ entries }) => entries.map(({ seq }) => seq))
      expect(seqs).toEqual([[1, 2], [2]])
    })

    test('tells every follower of the conversation, and none of another', async () => {
      const told = [follow(log), follow(log), follow(log, THERE)]
      await append(agentMessage('up-1'))
      expect(told.map((entries) => entries.length)).toEqual([1, 1, 0])
    })

    test('stops when told to, also twice, also from within; the others go on', async () => {
      const stopped: number[] = []
      const unfollow = log.follow(HERE, (news) => {
        stopped.push(seqOf(news))
        unfollow()
      })
      const others = follow(log)
      await append(agentMessage('up-1'), agentMessage('up-2'))
      unfollow()
      await append(agentMessage('up-3'))
      expect(stopped).toEqual([1])
      expect(others.map(({ seq }) => seq)).toEqual([1, 2, 3])
    })

    test('begins anew after the last follower has gone', async () => {
      log.follow(HERE, () => fail())()
      const told = follow(log)
      await append(agentMessage('up-1'))
      expect(told).toHaveLength(1)
    })

    test('tells what passes at once, stamped with the time, and keeps nothing of it', async () => {
      await append(agentMessage('up-1'))
      const told: (LogEntry | PassingNews)[] = []
      log.follow(HERE, (news) => void told.push(news))
      const typing = { type: 'typing', participant: AGENT, typing: true, durationMs: 5_000 } as const
      log.tell(HERE, typing)
      expect(told).toEqual([{ passing: { at: '2026-11-22T10:00:00.000Z', ...typing } }])
      expect(await log.lastSeq(HERE)).toBe(1)
      expect(await readAll()).toHaveLength(1)
    })

    test('telling without anybody to hear is no error', async () => {
      log.tell(HERE, { type: 'connection', state: 'up' })
      expect(await log.lastSeq(HERE)).toBe(0)
    })
  })

  describe(`${name}: retention`, () => {
    test('forgets what is older than the age', async () => {
      await fill(2)
      clock.jumpWallClock(10_000)
      await append(agentMessage('up-8'), agentMessage('up-9'))
      expect(await log.trim({ ...KEEP_ALL, maxAgeMs: 5_000 })).toBe(2)
      expect((await readAll()).map(({ seq }) => seq)).toEqual([3, 4])
    })

    test('forgets what has more than the number after it', async () => {
      await fill(5)
      expect(await log.trim({ ...KEEP_ALL, maxEvents: 2 })).toBe(3)
      expect((await readAll()).map(({ seq }) => seq)).toEqual([4, 5])
      expect(await log.trim({ ...KEEP_ALL, maxEvents: 2 })).toBe(0)
    })

    test('leaves no hole where the clock was set back: what is young has nothing older after it that goes', async () => {
      await fill(1)
      clock.jumpWallClock(10_000)
      await append(agentMessage('up-7'))
      clock.jumpWallClock(-10_000)
      await append(agentMessage('up-8'), agentMessage('up-9'))
      clock.jumpWallClock(8_000)
      await log.trim({ ...KEEP_ALL, maxAgeMs: 5_000 })
      expect((await readAll()).map(({ seq }) => seq)).toEqual([2, 3, 4])
    })

    test('never forgets the last event, however old: the numbers go on from it', async () => {
      await fill(3)
      clock.jumpWallClock(1_000_000)
      await log.trim({ maxAgeMs: 1, maxEvents: 0 })
      expect((await readAll()).map(({ seq }) => seq)).toEqual([3])
      expect(await append(agentMessage('up-9'))).toEqual([4])
    })

    test('never forgets anything from the first pending message on', async () => {
      await append(agentMessage('up-1'), guestMessage('message-1'), agentMessage('up-2'), guestMessage('message-2'))
      await append(receipt('message-2', 'sent'), agentMessage('up-3'))
      clock.jumpWallClock(1_000_000)
      await log.trim({ maxAgeMs: 1, maxEvents: 0 })
      expect((await readAll()).map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6])
      expect((await log.unconfirmed(HERE)).map(({ event }) => event.messageId)).toContain('message-1')
      await append(receipt('message-1', 'sent'))
      await log.trim({ maxAgeMs: 1, maxEvents: 0 })
      expect((await readAll()).map(({ seq }) => seq)).toEqual([7])
    })

    test('tells who asks for what is gone, and answers who asks for the rest', async () => {
      await fill(5)
      await log.trim({ ...KEEP_ALL, maxEvents: 2 })
      await expect(log.readAfter(HERE, 0, 10)).rejects.toThrow(new EventLogError('trimmed'))
      await expect(log.readAfter(HERE, 2, 10)).rejects.toThrow(new EventLogError('trimmed'))
      expect(await seqsAfter(3)).toEqual([4, 5])
      expect(await log.readBefore(HERE, 5, 10)).toMatchObject({ entries: [{ seq: 4 }], earlier: false })
    })

    test('measures each conversation by itself', async () => {
      await fill(4)
      await fill(2, THERE)
      expect(await log.trim({ ...KEEP_ALL, maxEvents: 3 })).toBe(1)
      expect((await readAll(log, THERE)).map(({ seq }) => seq)).toEqual([1, 2])
    })

    test('looks at every conversation, however many there are', async () => {
      const all = Array.from({ length: 250 }, (_, index) => `conversation-${index}`)
      await Promise.all(all.map((conversationId) => fill(2, conversationId)))
      expect(await log.trim({ ...KEEP_ALL, maxEvents: 1 })).toBe(250)
      expect((await readAll(log, 'conversation-249')).map(({ seq }) => seq)).toEqual([2])
    })

    test('removes a whole conversation, pending messages included, and no other', async () => {
      await append(guestMessage('message-1'), agentMessage('up-1'))
      await fill(2, THERE)
      await log.remove(HERE)
      expect(await log.lastSeq(HERE)).toBe(0)
      expect(await log.readMessage(HERE, 'message-1')).toBeUndefined()
      expect(await log.conversationsWithPending()).toEqual([])
      expect(await log.lastSeq(THERE)).toBe(2)
    })
  })

  describe(`${name}: at rest`, () => {
    test('everything is there when the store is opened again', async (context) => {
      const { reopen } = subject
      if (!reopen) return context.skip('not kept beyond its process')
      await append(guestMessage('message-1'), agentMessage('up-1'), receipt('message-1', 'sent', 'up-2'))
      await append(guestMessage('message-2'))
      const before = await readAll()

      const again = await reopen()
      expect(await readAll(again)).toEqual(before)
      expect(await again.readMessage(HERE, 'message-1')).toMatchObject({ state: 'sent', upstreamId: 'up-2' })
      expect(await again.conversationsWithPending()).toEqual([HERE])
      const [entry, known] = await again.append(HERE, [agentMessage('up-3'), agentMessage('up-1')])
      expect([entry?.seq, known]).toEqual([5, undefined])
    })

    test('nothing of what was said can be read', async (context) => {
      const { bytesAtRest } = subject
      if (!bytesAtRest) return context.skip('leaves no bytes behind')
      const problem = { type: 't', title: 'MARKER-T', status: 422, detail: 'd', code: 'message-refused' } as const
      await append(
        guestMessage('message-1', 'MARKER-A'),
        { ...agentMessage('up-1'), from: { ...AGENT, name: 'MARKER-B' } },
        { type: 'receipt', messageId: 'message-1', state: 'failed', problem },
      )
      expect((await readAll()).map((event) => JSON.stringify(event)).join()).toMatch(/MARKER-A.*MARKER-B.*MARKER-T/)
      const bytes = await bytesAtRest()
      expect(bytes.length).toBeGreaterThan(0)
      expect(bytes).not.toContain('MARKER')
    })
  })
}

const AGENT = { participantId: 'agent:1', role: 'agent', name: 'Noor' } as const
const GUEST = { participantId: 'guest', role: 'guest' } as const

const guestMessage = (messageId: string, text = 'hello', state: MessageState = 'pending'): NewEvent => ({
  ...{ type: 'message', messageId, from: GUEST, parts: [{ type: 'text', text }], state },
})
/** What the guest said elsewhere, or what we had forgotten. */
const guestEcho = (upstreamId: string): NewEvent => ({
  ...{ type: 'message', messageId: `id-of-${upstreamId}`, from: GUEST, parts: [{ type: 'text', text: 'echo' }] },
  ...{ state: 'sent', upstreamId },
})
const agentMessage = (upstreamId: string, messageId = `id-of-${upstreamId}`): NewEvent & { type: 'message' } => ({
  ...{ type: 'message', messageId, from: AGENT, parts: [{ type: 'text', text: 'hi' }], state: 'sent', upstreamId },
})
const receipt = (messageId: string, state: MessageState, upstreamId?: string): NewEvent => ({
  ...{ type: 'receipt', messageId, state, upstreamId },
})

const toEvent = (entry: LogEntry | undefined): LoggedEvent => JSON.parse(entry?.json ?? '') as LoggedEvent

/** What is logged, as it is told. */
function follow(log: EventLog, conversationId = HERE): LogEntry[] {
  const told: LogEntry[] = []
  log.follow(conversationId, (news) => ('passing' in news ? undefined : void told.push(news)))
  return told
}

const seqOf = (news: LogEntry | PassingNews): number => ('passing' in news ? fail() : news.seq)

const fail = (): never => {
  throw new Error('cannot be stored')
}
