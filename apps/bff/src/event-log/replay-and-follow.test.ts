import { describe, expect, test } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { FakeClock, settle } from '../../test/support/fake-clock.ts'
import { newEventLog, newSealer, openStore } from '../../test/support/stores.ts'
import type { EventLog, Follower, LogEntry, NewEvent, PassingEntry } from './event-log.ts'
import { createEventLog } from './create-event-log.ts'
import { replayAndFollow, type Sink } from './replay-and-follow.ts'
import { createSqliteEvents } from './sqlite-events.ts'

const ID = 'conversation-1'
const AGENT = { participantId: 'agent:1', role: 'agent' } as const
const TYPING = { type: 'typing', participant: AGENT, typing: true, durationMs: 5_000 } as const
const UP = { type: 'connection', state: 'up' } as const

describe('reading a log live', () => {
  test('gives the backlog, then what comes', async () => {
    const { log, say } = createLog()
    await say(3)
    const reader = read(log)
    expect(await reader.outcome).toBe('following')
    await say(2)
    expect(reader.seqs()).toEqual([1, 2, 3, 4, 5])
  })

  test('goes on after what was read before', async () => {
    const { log, say } = createLog()
    await say(5)
    const reader = read(log, { after: 3 })
    await reader.outcome
    expect(reader.seqs()).toEqual([4, 5])
  })

  test('follows a conversation in which nothing has happened yet', async () => {
    const { log, say } = createLog()
    const reader = read(log)
    expect(await reader.outcome).toBe('following')
    await say(1)
    expect(reader.seqs()).toEqual([1])
  })

  test('reads a backlog of many pages', async () => {
    const { log, say } = createLog()
    await say(450)
    const reader = read(log)
    await reader.outcome
    expect(reader.seqs()).toEqual(oneTo(450))
  })

  test('asks for no page that it need not: in a lively conversation each would come when more has been said', async () => {
    const { log, say } = createLog()
    await say(60)
    let pages = 0
    const readAfter: EventLog['readAfter'] = async (...asked) => {
      pages++
      await say(1)
      return log.readAfter(...asked)
    }
    const reader = read({ ...log, readAfter })
    await reader.outcome
    expect(pages).toBe(2)
    await say(1)
    expect(reader.seqs()).toEqual(oneTo(63))
  })

  test('ends where the whole log has gone, though more was told', async () => {
    const { log, say, followers } = createLog()
    const reader = read(log, {
      ready: once(async () => {
        await say(1)
        await log.remove(ID)
      }),
    })
    expect(await reader.outcome).toBe('trimmed')
    expect(followers()).toBe(0)
  })

  test('reads what came before what it is told, where that was not told', async () => {
    const { log, say, tellNobody } = createLog()
    const reader = read(log)
    await reader.outcome
    tellNobody(2)
    await say(2)
    await say(1)
    await caughtUp(reader, log)
    expect(reader.seqs()).toEqual([1, 2, 3])
  })

  test('hands on what passes while it follows', async () => {
    const { log } = createLog()
    const reader = read(log)
    await reader.outcome
    log.tell(ID, TYPING)
    expect(reader.written.map(({ type }) => type)).toEqual(['typing'])
  })

  test('hands on what passes under the seq of the event that was told before it, not of one that is only stored', async () => {
    const clock = new FakeClock()
    const kept = createSqliteEvents({ sqlite: openStore(), sealer: newSealer(), clock })
    const onDisk = Promise.withResolvers<undefined>()
    const append: EventLog['append'] = (id, events) => kept.append(id, events).finally(() => onDisk.promise)
    const log = createEventLog({ ...kept, append }, clock)
    const reader = read(log)
    await reader.outcome
    const said = log.append(ID, [{ type: 'participant', participant: AGENT, change: 'joined' }])
    await eventually('it is stored', async () => (await log.lastSeq(ID)) === 1)
    log.tell(ID, TYPING)
    await settle()
    onDisk.resolve(undefined)
    await said
    log.tell(ID, TYPING)
    expect(reader.written.map(({ seq, type }) => `${seq} ${type}`)).toEqual(['0 typing', '1 participant', '1 typing'])
    expect(reader.written.map(({ json }) => (JSON.parse(json) as { seq: number }).seq)).toEqual([0, 1, 1])
  })

  test('does not lose what passed while the backlog was read: the line’s state is told only once', async () => {
    const { log, say } = createLog()
    await say(3)
    const reader = read(log, { ready: once(async () => log.tell(ID, UP)) })
    await reader.outcome
    expect(reader.written.map(({ type }) => type)).toContain('connection')
    expect(reader.seqs()).toEqual([1, 2, 3])
  })

  test('tells who asks for what is trimmed, writes nothing, and lets go', async () => {
    const { log, say, followers } = createLog()
    await say(5)
    await log.trim({ maxAgeMs: 1_000_000, maxEvents: 2 })
    const reader = read(log, { after: 1 })
    expect(await reader.outcome).toBe('trimmed')
    await say(1)
    expect(reader.written).toEqual([])
    expect(followers()).toBe(0)
  })

  test('tells who asks for what never was', async () => {
    const { log, say } = createLog()
    await say(2)
    expect(await read(log, { after: 9 }).outcome).toBe('trimmed')
  })

  test('tells who is overtaken by retention between two pages', async () => {
    const { log, say, followers } = createLog()
    await say(400)
    const overtake = once(async () => {
      await say(100)
      await log.trim({ maxAgeMs: 1_000_000, maxEvents: 10 })
    })
    let looks = 0
    const reader = read(log, { isFull: () => looks++ > 0, ready: overtake })
    expect(await reader.outcome).toBe('trimmed')
    expect(reader.seqs()).toEqual(oneTo(50))
    expect(followers()).toBe(0)
  })

  test('lets go when the log fails', async () => {
    const { log, followers } = createLog()
    const broken = { ...log, readAfter: () => Promise.reject(new Error('disk')) }
    await expect(read(broken).outcome).rejects.toThrow('disk')
    expect(followers()).toBe(0)
  })
})

describe('whenever something is appended, there is no gap and no repeat', () => {
  const points = [
    'before following',
    'before a page',
    'after a page',
    'while the reader makes room',
    'all at once',
  ] as const
  const backlogs = [0, 1, 49, 50, 51, 100]

  test.each(points.flatMap((point) => backlogs.map((backlog) => [point, backlog] as const)))(
    '%s, with a backlog of %i',
    async (point, backlog) => {
      const { log, say } = createLog()
      await say(backlog)
      const at = (here: (typeof points)[number]) => (here === point || point === 'all at once' ? say(2) : undefined)
      let budget = 12 // of pages during which somebody speaks; a log that grows at every look is never read to its end
      const scripted: EventLog = {
        ...log,
        follow(conversationId, follower) {
          void at('before following')
          return log.follow(conversationId, follower)
        },
        async readAfter(...asked) {
          const speaks = budget-- > 0
          if (speaks) await at('before a page')
          const page = await log.readAfter(...asked)
          if (speaks) await at('after a page')
          return page
        },
      }
      let rests = 6
      const reader = read(scripted, {
        isFull: () => rests > 0,
        ready: async () => (rests-- > 0 ? void (await at('while the reader makes room')) : undefined),
      })
      await reader.outcome
      await say(3)
      await caughtUp(reader, log)
      expect(reader.seqs()).toEqual(oneTo(await log.lastSeq(ID)))
    },
  )

  test('by another, at random moments', async () => {
    for (let round = 0; round < 20; round++) {
      const { log, say } = createLog()
      await say(round * 17)
      let looks = round
      const reader = read(log, {
        isFull: () => ++looks % 40 === 0,
        ready: () => new Promise((resolve) => setImmediate(resolve)),
      })
      for (let burst = 0; burst < 10; burst++) {
        await say(1 + ((round * 7 + burst * 3) % 5))
        if (burst % 3 === 0) await settle()
      }
      await reader.outcome
      await caughtUp(reader, log)
      expect(reader.seqs()).toEqual(oneTo(await log.lastSeq(ID)))
    }
  })
})

describe('the backlog is paced by the reader', () => {
  test('nothing is written while the reader has no room', async () => {
    const { log, say } = createLog()
    await say(500)
    const room = createRoom()
    const reader = read(log, room)
    await settle()
    expect(reader.written).toEqual([])
    room.open()
    await reader.outcome
    expect(reader.seqs()).toEqual(oneTo(500))
  })

  test('what is appended meanwhile comes in its turn', async () => {
    const { log, say } = createLog()
    await say(5)
    const room = createRoom()
    const reader = read(log, room)
    await settle()
    await say(5)
    room.open()
    await reader.outcome
    expect(reader.seqs()).toEqual(oneTo(10))
  })
})

describe('a reader who falls behind while following', () => {
  /** Somebody who follows, and then takes nothing until `open`. */
  async function fallBehind() {
    const { log, say, followers } = createLog()
    let room = createRoom()
    room.open()
    const reader = read(log, { isFull: () => room.isFull(), ready: () => room.ready() })
    await reader.outcome
    const close = () => void (room = createRoom())
    const open = async () => {
      room.open()
      await settle()
    }
    close()
    return { log, say, followers, reader, open, close }
  }

  test('is written nothing, and misses nothing', async () => {
    const { say, reader, open } = await fallBehind()
    await say(120)
    await settle()
    expect(reader.written).toEqual([])
    await open()
    expect(reader.seqs()).toEqual(oneTo(120))
    await say(1)
    expect(reader.seqs()).toEqual(oneTo(121))
  })

  test('may do so again and again', async () => {
    const { say, reader, open, close } = await fallBehind()
    for (let round = 1; round <= 5; round++) {
      close()
      await say(7)
      await open()
      expect(reader.seqs()).toEqual(oneTo(7 * round))
    }
  })

  test('is told the last of what passed, of each kind', async () => {
    const { log, say, reader, open } = await fallBehind()
    await say(1)
    log.tell(ID, { type: 'connection', state: 'down' })
    for (let beat = 0; beat < 100; beat++) log.tell(ID, TYPING)
    log.tell(ID, UP)
    await open()
    expect(reader.written.map(({ json }) => JSON.parse(json) as { type: string; state?: string })).toMatchObject([
      { type: 'participant' },
      { type: 'connection', state: 'up' },
      { type: 'typing' },
    ])
  })

  test('is told when retention has overtaken it, and let go', async () => {
    const { log, say, followers, reader, open } = await fallBehind()
    await say(20)
    await log.trim({ maxAgeMs: 1_000_000, maxEvents: 2 })
    await open()
    expect(reader.failures).toMatchObject([{ code: 'trimmed' }])
    expect(reader.written).toEqual([])
    expect(followers()).toBe(0)
  })
})

describe('a reader who leaves is let go', () => {
  test('before anything was read', async () => {
    const { log, say, followers } = createLog()
    await say(1)
    const stop = new AbortController()
    stop.abort()
    const reader = read(log, { signal: stop.signal })
    await reader.outcome
    expect(followers()).toBe(0)
    await say(1)
    expect(reader.written).toEqual([])
  })

  test('while a page is read', async () => {
    const { log, say, followers } = createLog()
    await say(3)
    const stop = new AbortController()
    const scripted: EventLog = {
      ...log,
      async readAfter(...asked) {
        const page = await log.readAfter(...asked)
        stop.abort()
        return page
      },
    }
    const reader = read(scripted, { signal: stop.signal })
    await reader.outcome
    expect(reader.written).toEqual([])
    expect(followers()).toBe(0)
  })

  test('while there was no room for more', async () => {
    const { log, say, followers } = createLog()
    await say(500)
    const stop = new AbortController()
    const reader = read(log, { signal: stop.signal, ready: once(async () => stop.abort()) })
    await reader.outcome
    expect(reader.written).toEqual([])
    expect(followers()).toBe(0)
  })

  test('while following', async () => {
    const { log, say, followers } = createLog()
    const stop = new AbortController()
    const reader = read(log, { signal: stop.signal })
    await reader.outcome
    expect(followers()).toBe(1)
    stop.abort()
    await say(2)
    expect(reader.written).toEqual([])
    expect(followers()).toBe(0)
  })
})

/** A real log that counts who follows it. */
function createLog() {
  const real = newEventLog({ sqlite: openStore(), sealer: newSealer(), clock: new FakeClock() })
  const following = new Set<Follower>()
  let untold = 0
  const log: EventLog = {
    ...real,
    follow(conversationId, follower) {
      following.add(follower)
      const unfollow = real.follow(conversationId, (news) => void (--untold < 0 && follower(news)))
      return () => {
        following.delete(follower)
        unfollow()
      }
    },
  }
  let said = 0
  const say = async (count: number) => {
    const events = Array.from({ length: count }, (): NewEvent => {
      const upstreamId = `up-${++said}`
      return { type: 'participant', participant: AGENT, change: 'joined', upstreamId }
    })
    await real.append(ID, events)
  }
  /** So many are written as by another process: nobody is told. */
  const tellNobody = (count: number) => void (untold = count)
  return { log, say, tellNobody, followers: () => following.size }
}

interface Reading {
  readonly after?: number
  readonly signal?: AbortSignal
  readonly ready?: Sink['ready']
  /** Else a reader who is to be waited for never has room by itself. */
  readonly isFull?: () => boolean
}

function read(log: EventLog, { after = 0, signal = new AbortController().signal, ready, isFull }: Reading = {}) {
  const written: (LogEntry | PassingEntry)[] = []
  const failures: unknown[] = []
  const sink: Sink = {
    write: (entries) => void written.push(...entries),
    get isFull() {
      return isFull?.() ?? ready !== undefined
    },
    ready: ready ?? (() => Promise.resolve()),
    fail: (error) => void failures.push(error),
  }
  const outcome = replayAndFollow(log, { conversationId: ID, after, sink, signal })
  const seqs = () => written.filter((entry) => !('passing' in entry)).map(({ seq }) => seq)
  return { written, outcome, seqs, failures }
}

/** Lets a reader that rests now and then get to the end of the log. */
async function caughtUp({ seqs }: ReturnType<typeof read>, log: EventLog): Promise<void> {
  for (let turn = 0; turn < 500 && seqs().length < (await log.lastSeq(ID)); turn++) await settle()
}

/** Room that is made once. */
function createRoom() {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  let full = true
  const open = () => {
    full = false
    resolve(undefined)
  }
  return { ready: () => promise as Promise<unknown> as Promise<void>, isFull: () => full, open }
}

/** Does something the first time only. */
function once(act: () => Promise<void>): () => Promise<void> {
  let done = false
  return async () => {
    if (done) return
    done = true
    await act()
  }
}

const oneTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)
