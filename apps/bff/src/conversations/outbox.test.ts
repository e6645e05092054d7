import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { FakeClock, settle } from '../../test/support/fake-clock.ts'
import { createRecordingLogger } from '../../test/support/loggers.ts'
import { lostAnswer, unreachable, upstreamError } from '../../test/support/upstream-error.ts'
import type { OutgoingMessage } from '../connectors/connector.ts'
import { StoreError } from '../storage/store-error.ts'
import { Outbox } from './outbox.ts'

const MINUTE_MS = 60_000

/** An outbox that notes everything that happens, in order. */
function createSubject() {
  const clock = new FakeClock()
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const { logger, lines } = createRecordingLogger()
  const happened: string[] = []
  const waits: number[] = []
  /** What the platform does with the messages to come; by default it takes them. */
  const sends: ((signal: AbortSignal | undefined) => Promise<string | undefined>)[] = []
  const onPlatform = new Set<string>()
  const subject = {
    ...{ clock, stop, lines, happened, waits, sends, onPlatform },
    storeFails: undefined as Error | undefined,
    reading: undefined as Error | undefined,
    looking: async (_: AbortSignal) => undefined as unknown,
  }
  const outbox = new Outbox({
    upstream: {
      async send({ text, messageId }, signal) {
        happened.push(`send ${text}`)
        const upstreamId = await (sends.shift() ?? (async () => `up-${messageId}`))(signal)
        onPlatform.add(messageId)
        return { upstreamId }
      },
    },
    ...{ clock, logger, signal: stop.signal },
    async sent({ text }, upstreamId) {
      if (subject.storeFails) throw subject.storeFails
      happened.push(`sent ${text}${upstreamId === undefined ? '' : ` as ${upstreamId}`}`)
    },
    failed: async ({ text }, error) => void happened.push(`failed ${text}: ${error?.code ?? 'our own fault'}`),
    async reconcile({ text, messageId }, signal) {
      happened.push(`look for ${text}`)
      if (subject.reading) throw subject.reading
      await subject.looking(signal)
      return !onPlatform.has(messageId)
    },
    waiting: (_, retryInMs) => void waits.push(retryInMs),
  })
  const add = (text: string, mayHaveArrived = false) => outbox.add(message(text), mayHaveArrived)
  return Object.assign(subject, { outbox, add })
}

const message = (text: string): OutgoingMessage => ({ messageId: `id-${text}`, text })
/** Held, as by the platform's pace, until it is called off. */
const untilAborted = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
const fail = (error: Error) => () => Promise.reject(error)

describe('messages on their way', () => {
  test('go one at a time, in order: none overtakes another', async () => {
    const { add, sends, happened, outbox } = createSubject()
    const answers = ['one', 'two', 'three'].map(() => Promise.withResolvers<string | undefined>())
    sends.push(
      ...answers.map(
        ({ promise }) =>
          () =>
            promise,
      ),
    )
    for (const text of ['one', 'two', 'three']) add(text)
    await settle()
    expect(happened).toEqual(['send one'])
    expect(outbox.size).not.toBe(0)
    answers[1]?.resolve('up-2')
    answers[0]?.resolve('up-1')
    await settle()
    expect(happened).toEqual(['send one', 'sent one as up-1', 'send two', 'sent two as up-2', 'send three'])
    answers[2]?.resolve(undefined)
    await settle()
    expect(happened.at(-1)).toBe('sent three')
    expect(outbox.size).toBe(0)
  })

  test('keep their order while the first has to wait', async () => {
    const { add, sends, happened, clock } = createSubject()
    sends.push(fail(unreachable()), fail(unreachable()))
    for (const text of ['one', 'two']) add(text)
    await clock.advance(MINUTE_MS)
    expect(happened).toEqual([
      'send one',
      'send one',
      'send one',
      'sent one as up-id-one',
      'send two',
      'sent two as up-id-two',
    ])
  })

  test('go once, however often they are added meanwhile', async () => {
    const { add, happened } = createSubject()
    for (let time = 0; time < 10; time++) add('one')
    await settle()
    expect(happened).toEqual(['send one', 'sent one as up-id-one'])
  })

  test('may come again once the first were done with', async () => {
    const { add, happened } = createSubject()
    add('one')
    await settle()
    add('two')
    await settle()
    expect(happened).toHaveLength(4)
  })
})

describe('a message the platform refuses', () => {
  test('has failed; the next one goes', async () => {
    const { add, sends, happened } = createSubject()
    sends.push(fail(upstreamError('message-too-long')))
    add('one')
    add('two')
    await settle()
    expect(happened).toEqual(['send one', 'failed one: message-too-long', 'send two', 'sent two as up-id-two'])
  })

  test('R8 for now is sent again when the platform said, and a random moment later', async () => {
    const { add, sends, happened, waits, clock } = createSubject()
    sends.push(fail(upstreamError('rate-limited', { retryable: true, retryAfterMs: 5_000 })))
    add('one')
    await clock.advance(4_999)
    expect(happened).toEqual(['send one'])
    expect(waits[0]).toBeGreaterThanOrEqual(5_000)
    await clock.advance(201)
    expect(happened.at(-1)).toBe('sent one as up-id-one')
    expect(happened).not.toContain('look for one')
  })
})

describe('a message of which nobody knows whether it arrived', () => {
  test('is looked for before it is sent again, and sent if it is not there', async () => {
    const { add, sends, happened, clock } = createSubject()
    sends.push(fail(lostAnswer()))
    add('one')
    await clock.advance(MINUTE_MS)
    expect(happened).toEqual(['send one', 'look for one', 'send one', 'sent one as up-id-one'])
  })

  test('is not sent again if it is there', async () => {
    const { add, sends, happened, onPlatform, clock } = createSubject()
    sends.push(async () => {
      onPlatform.add('id-one')
      throw lostAnswer()
    })
    add('one')
    add('two')
    await clock.advance(MINUTE_MS)
    expect(happened).toEqual(['send one', 'look for one', 'send two', 'sent two as up-id-two'])
  })

  test('is looked for first when an earlier process may have sent it', async () => {
    const { add, happened, onPlatform } = createSubject()
    onPlatform.add('id-one')
    add('one', true)
    add('two', true)
    await settle()
    expect(happened).toEqual(['look for one', 'look for two', 'send two', 'sent two as up-id-two'])
  })

  test('is looked for each time again, once it was in doubt', async () => {
    const { add, sends, happened, clock } = createSubject()
    sends.push(fail(lostAnswer()), fail(unreachable()))
    add('one')
    await clock.advance(MINUTE_MS)
    expect(happened).toEqual([
      'send one',
      'look for one',
      'send one',
      'look for one',
      'send one',
      'sent one as up-id-one',
    ])
  })

  test('waits while the record cannot be read', async () => {
    const subject = createSubject()
    subject.reading = unreachable()
    subject.add('one', true)
    await subject.clock.advance(MINUTE_MS)
    expect(subject.happened).not.toContain('send one')
    subject.reading = undefined
    await subject.clock.advance(MINUTE_MS)
    expect(subject.happened.slice(-2)).toEqual(['send one', 'sent one as up-id-one'])
  })

  test('is looked for also when its answer could not be understood, before it is called failed', async () => {
    const { add, sends, happened, onPlatform, clock } = createSubject()
    const unreadable = () => upstreamError('answer-unreadable', {}, 'unknown')
    sends.push(async () => {
      onPlatform.add('id-one')
      throw unreadable()
    }, fail(unreadable()))
    add('one')
    add('two')
    await clock.advance(MINUTE_MS)
    expect(happened).toEqual(['send one', 'look for one', 'send two', 'look for two', 'failed two: answer-unreadable'])
  })

  test('has failed by what it was refused for when it cannot be looked for either', async () => {
    const subject = createSubject()
    subject.sends.push(fail(upstreamError('answer-unreadable', {}, 'unknown')))
    subject.reading = upstreamError('scope-missing')
    subject.add('one')
    await subject.clock.advance(MINUTE_MS)
    expect(subject.happened.at(-1)).toBe('failed one: answer-unreadable')
  })
})

describe('trying again', () => {
  test('R8 takes longer each time, at random, and never more than five seconds', async () => {
    const { add, sends, waits, clock } = createSubject()
    sends.push(...Array.from({ length: 20 }, () => fail(unreachable())))
    add('one')
    await clock.advance(20 * 15_000)
    expect(waits).toHaveLength(20)
    waits.forEach((wait, attempt) => expect(wait).toBeLessThanOrEqual(Math.min(5_000, 200 * 2 ** attempt)))
    expect(new Set(waits).size).toBeGreaterThan(15)
  })

  test('R5 ends after ten minutes: the guest is told', async () => {
    const { add, sends, happened, clock } = createSubject()
    sends.push(...Array.from({ length: 10_000 }, () => fail(unreachable())))
    add('one')
    await clock.advance(9 * MINUTE_MS)
    expect(happened.some((line) => line.startsWith('failed'))).toBe(false)
    await clock.advance(2 * MINUTE_MS)
    expect(happened.at(-1)).toBe('failed one: network')
  })

  test('R5 ends ten minutes after each was added, however many wait before it; each is tried once at least', async () => {
    const { add, sends, happened, clock } = createSubject()
    sends.push(...Array.from({ length: 10_000 }, () => fail(unreachable())))
    for (const text of ['one', 'two', 'three']) add(text)
    await clock.advance(5 * MINUTE_MS)
    add('four')
    await clock.advance(6 * MINUTE_MS)
    const failed = (text: string) => happened.includes(`failed ${text}: network`)
    expect(['one', 'two', 'three', 'four'].map(failed)).toEqual([true, true, true, false])
    expect(happened).toEqual(expect.arrayContaining(['send two', 'send three']))
    await clock.advance(5 * MINUTE_MS)
    expect(failed('four')).toBe(true)
  })

  test('ends then also where the platform asks for hours', async () => {
    const { add, sends, happened, clock } = createSubject()
    const busy = () => fail(upstreamError('platform-unavailable', { retryable: true, retryAfterMs: 120 * MINUTE_MS }))
    sends.push(...Array.from({ length: 4 }, busy))
    add('one')
    await clock.advance(10 * MINUTE_MS)
    expect(happened.at(-1)).toBe('failed one: platform-unavailable')
  })
})

describe('what a connector holds', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  test('ends with the ten minutes of its message; what was behind it gets a minute all the same', async () => {
    const { add, sends, happened, clock } = createSubject()
    const advance = async (ms: number) => {
      await clock.advance(ms)
      await vi.advanceTimersByTimeAsync(ms)
      await settle()
    }
    sends.push(untilAborted, untilAborted)
    for (const text of ['one', 'two', 'three']) add(text)
    await advance(10 * MINUTE_MS - 1)
    expect(happened).toEqual(['send one'])
    await advance(1)
    expect(happened.slice(1)).toEqual(['failed one: our own fault', 'send two'])
    await advance(MINUTE_MS - 1)
    expect(happened).toHaveLength(3)
    await advance(1)
    expect(happened.slice(3)).toEqual(['failed two: our own fault', 'send three', 'sent three as up-id-three'])
  })

  test.each([
    ['on its way out', false],
    ['that is looked for', true],
  ])('ends at once for a message %s when the outbox is parked, or let go of', async (_, mayHaveArrived) => {
    for (const end of ['park', 'stop'] as const) {
      const subject = createSubject()
      const { add, sends, outbox, stop, happened, lines } = subject
      sends.push(untilAborted)
      subject.looking = untilAborted
      add('one', mayHaveArrived)
      await settle()
      if (end === 'stop') stop.abort(new Error('closed'))
      await outbox.park()
      expect(happened).toEqual([mayHaveArrived ? 'look for one' : 'send one'])
      expect([outbox.size, lines]).toEqual([1, []])
    }
  })
})

describe('when the conversation is let go of', () => {
  test('nothing more is sent; what waited stays', async () => {
    const { add, sends, happened, clock, stop, outbox, lines } = createSubject()
    sends.push(fail(unreachable()))
    add('one')
    add('two')
    await settle()
    stop.abort(new Error('closed'))
    await clock.advance(MINUTE_MS)
    expect(happened).toEqual(['send one'])
    expect(outbox.size).not.toBe(0)
    expect(lines).toEqual([])
  })
})

describe('when the store fails', () => {
  test('it is logged, and what was sent is looked for, not sent twice, once it works again', async () => {
    const subject = createSubject()
    subject.storeFails = new StoreError('full')
    subject.add('one')
    await settle()
    expect(subject.lines).toMatchObject([{ level: 'error', event: 'outbox-failed' }])
    subject.storeFails = undefined
    subject.add('two')
    await settle()
    expect(subject.happened).toEqual(['send one'])
    await subject.clock.advance(MINUTE_MS)
    expect(subject.happened).toEqual(['send one', 'look for one', 'send two', 'sent two as up-id-two'])
    expect(subject.outbox.size).toBe(0)
  })
})

describe('when something fails that nobody expected', () => {
  const bug = () => Promise.reject(new TypeError('a bug'))

  test('it is tried again at random times, and for ten minutes as anything else; what is behind it goes on', async () => {
    const { add, sends, happened, outbox, clock } = createSubject()
    sends.push(...Array.from({ length: 3 }, () => bug))
    add('one')
    const waits = new Set<number>()
    for (let attempt = 0; attempt < 3; attempt++) {
      await settle()
      const [waitMs = 0] = clock.waits
      expect(waitMs).toBeGreaterThan(7_000)
      expect(waitMs).toBeLessThanOrEqual(15_000)
      waits.add(waitMs)
      await clock.advance(waitMs)
    }
    expect(waits.size).toBeGreaterThan(1)
    expect(happened.at(-1)).toBe('sent one as up-id-one')

    sends.push(...Array.from({ length: 1_000 }, () => bug))
    add('two')
    await clock.advance(9 * MINUTE_MS)
    expect(happened.some((line) => line.startsWith('failed'))).toBe(false)
    add('three')
    await clock.advance(2 * MINUTE_MS)
    expect(happened).toContain('failed two: our own fault')
    sends.length = 0
    await clock.advance(MINUTE_MS)
    expect(happened.at(-1)).toBe('sent three as up-id-three')
    expect(outbox.size).toBe(0)
  })

  test('but the store, is waited for as long as it takes', async () => {
    const subject = createSubject()
    subject.reading = new StoreError('full')
    subject.add('one', true)
    await subject.clock.advance(60 * MINUTE_MS)
    expect(subject.outbox.size).toBe(1)
    subject.reading = undefined
    await subject.clock.advance(MINUTE_MS)
    expect(subject.happened.at(-1)).toBe('sent one as up-id-one')
  })
})

describe('parked, for the process is about to end', () => {
  test('lets what is on its way arrive, and begins nothing more', async () => {
    const { add, sends, happened, outbox } = createSubject()
    const answer = Promise.withResolvers<string | undefined>()
    sends.push(() => answer.promise)
    for (const text of ['one', 'two']) add(text)
    await settle()
    let isParked = false
    void outbox.park().then(() => (isParked = true))
    await settle()
    expect(isParked).toBe(false)
    answer.resolve('up-1')
    await settle()
    expect(isParked).toBe(true)
    add('three')
    await settle()
    expect(happened).toEqual(['send one', 'sent one as up-1'])
  })

  test('does not wait for the next attempt', async () => {
    const { add, sends, outbox, happened, clock } = createSubject()
    sends.push(fail(upstreamError('rate-limited', { retryable: true, retryAfterMs: 5_000 })))
    add('one')
    await settle()
    await outbox.park()
    await clock.advance(MINUTE_MS)
    expect(happened).toEqual(['send one'])
  })
})
