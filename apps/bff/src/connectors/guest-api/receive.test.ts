import { describe, expect, onTestFinished, test } from 'vitest'
import { FakeClock, settle } from '../../../test/support/fake-clock.ts'
import { unreachable, upstreamError } from '../../../test/support/upstream-error.ts'
import type { Attention, ConnectorEvent } from '../connector.ts'
import type { AuthorizedClient } from './authorized.ts'
import type { IgnoredKind } from '../ignored.ts'
import { NoAnswerError, type HttpRequest, type StreamAnswer } from '../http.ts'
import { readList, receive, type Position } from './receive.ts'

/** A platform that offers so much, and keeps a list of messages with ids up-1, up-2, … */
class Platform {
  readonly clock = new FakeClock()
  /** What was asked for, in order: `stream`, `list`, `list after up-1`, `wait after up-1` … */
  readonly asked: string[] = []
  readonly list: object[] = []
  best: 'stream' | 'wait' | 'poll' = 'stream'
  attention: Attention = 'active'
  /** Refusals to come, of whatever is asked next. */
  readonly refusals: Error[] = []
  /** Refuses every list while set. */
  listRefusal: Error | undefined
  /** What the list answers instead of its entities. */
  instead: string | undefined
  streamType = 'application/x-ndjson; charset=utf-8'
  openStreams = 0
  closedStreams = 0
  #waiting: (() => void)[] = []
  #push: ((line: string | Error | undefined) => void) | undefined

  readonly client: AuthorizedClient = {
    call: async (_operation, request) => ({ status: 200, headers: {}, body: await this.#answerList(request) }),
    stream: async (_operation, { signal }) => {
      this.asked.push('stream')
      this.#refuse()
      if (this.best !== 'stream') throw upstreamError('endpoint-not-found', { evidence: { status: 404 } })
      return this.#openStream(signal)
    },
  }

  say(text: string, change: object = {}): void {
    this.list.push({ id: `up-${this.list.length + 1}`, direction: 'outbound', text, ...change })
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** Puts a line into the open stream; an error breaks it, nothing ends it. */
  push(line: string | Error | undefined): void {
    this.#push?.(line)
  }

  async #answerList({ path, signal }: HttpRequest): Promise<string> {
    const query = new URLSearchParams(path.split('?')[1])
    const after = query.get('after')
    const waits = query.has('waitSeconds')
    this.asked.push(`${waits ? 'wait' : 'list'}${after === null ? '' : ` after ${after}`}`)
    this.#refuse()
    if (this.listRefusal) throw this.listRefusal
    if (this.instead !== undefined) return this.instead
    const from = this.list.findIndex((entity) => 'id' in entity && entity.id === after) + 1
    if (after !== null && from === 0) throw upstreamError('request-invalid', { evidence: { status: 400 } })
    const page = () => this.list.slice(from, from + Number(query.get('pageSize')))
    if (page().length === 0 && waits && this.best !== 'poll') await this.#arrival(signal)
    return JSON.stringify({ entities: page(), pageSize: 100 })
  }

  #arrival(signal: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#waiting.push(() => resolve(undefined))
    return Promise.race([promise, this.clock.sleep(25_000, signal)])
  }

  #openStream(signal: AbortSignal | undefined): StreamAnswer {
    const queue: (string | Error | undefined)[] = []
    let wake = () => {}
    const push = (line: string | Error | undefined) => {
      queue.push(line)
      wake()
    }
    this.#push = push
    signal?.addEventListener('abort', () => push(undefined))
    this.openStreams++
    async function* lines(): AsyncGenerator<string> {
      for (;;) {
        while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve))
        const line = queue.shift()
        if (line === undefined) return
        if (line instanceof Error) throw line
        yield line
      }
    }
    const close = () => void this.closedStreams++
    return { status: 200, headers: { 'content-type': this.streamType }, lines: lines(), close }
  }

  #refuse(): void {
    const refusal = this.refusals.shift()
    if (refusal) throw refusal
  }
}

/** Receives from a platform into `events`, until the test is over. */
function listen(platform: Platform, cursor?: string) {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const ignored: IgnoredKind[] = []
  const position: Position = { cursor }
  const { client, clock } = platform
  const parts = {
    ...{ client, conversationId: 'c-1', clock, attention: () => platform.attention },
    ignored: (kind: IgnoredKind) => void ignored.push(kind),
  }
  const events: ConnectorEvent[] = []
  const done = (async () => {
    for await (const event of receive(parts, position, stop.signal)) events.push(event)
  })()
  const texts = () =>
    events.flatMap((event) =>
      event.type === 'message' ? event.parts.map((part) => (part.type === 'text' ? part.text : '')) : [],
    )
  return { events, texts, types: () => events.map(({ type }) => type), stop, done, position, ignored, parts }
}

const countStreams = ({ asked }: Platform) => asked.filter((what) => what === 'stream').length

describe('where the platform has a stream', () => {
  test('it is opened first, then what was missed is read from the list, then the line is up', async () => {
    const platform = new Platform()
    platform.say('one')
    const { events, texts } = listen(platform)
    await settle()
    expect(platform.asked).toEqual(['stream', 'list', 'list after up-1'])
    expect(texts()).toEqual(['one'])
    expect(events.at(-1)).toEqual({ type: 'up' })
  })

  test('each line is an event; blank ones are none, and those nobody can read are noted', async () => {
    const platform = new Platform()
    const { texts, ignored } = listen(platform)
    await settle()
    for (const line of ['', ' ', '{"half', 'null', '[]', '{}']) platform.push(line)
    platform.push('{"id":"up-1","direction":"outbound","text":"one"}')
    await settle()
    expect(texts()).toEqual(['one'])
    expect(ignored).toEqual(['line', 'entity', 'entity', 'entity'])
  })

  test('the cursor moves with the list alone: a stream may not be in order', async () => {
    const platform = new Platform()
    platform.say('one')
    const { events, position } = listen(platform)
    await settle()
    platform.push('{"id":"up-9","direction":"outbound","text":"from the stream"}')
    await settle()
    expect(position.cursor).toBe('up-1')
    expect(events.at(-1)).toMatchObject({ upstreamId: 'up-9' })
    expect(events.at(-1)).not.toHaveProperty('cursor')
  })

  test('its end, with the token’s life, is followed by the next one, and nothing between is missed', async () => {
    const platform = new Platform()
    const { texts, types } = listen(platform)
    await platform.clock.advance(10_000)
    platform.push(undefined)
    platform.say('while it was closed')
    await settle()
    expect(countStreams(platform)).toBe(2)
    expect(texts()).toEqual(['while it was closed'])
    expect(types()).not.toContain('down')
  })

  test('one that ends at once is not opened again in a rush', async () => {
    const platform = new Platform()
    listen(platform)
    for (let end = 0; end < 5; end++) {
      await settle()
      platform.push(undefined)
    }
    await settle()
    expect(countStreams(platform)).toBe(1)
    await platform.clock.advance(1_000)
    expect(countStreams(platform)).toBe(2)
  })

  test('its break is told, with when it is tried again; then all goes on', async () => {
    const platform = new Platform()
    const { events, texts, types } = listen(platform)
    await settle()
    platform.push(new NoAnswerError('ECONNRESET', true))
    await settle()
    expect(events.at(-1)).toMatchObject({ type: 'down', error: { code: 'network' } })
    expect(events.at(-1)).toHaveProperty('retryInMs', expect.closeTo(platform.clock.waits[0] ?? 0) as number)
    platform.say('meanwhile')
    await platform.clock.advance(1_000)
    expect(texts()).toEqual(['meanwhile'])
    expect(types().at(-1)).toBe('up')
  })

  test('is let go of whenever it is given up: at its end, at its break, and when the list fails', async () => {
    const platform = new Platform()
    const { stop, done } = listen(platform)
    await settle()
    platform.push(new NoAnswerError('ECONNRESET', true))
    await platform.clock.advance(5_000)
    platform.listRefusal = unreachable()
    platform.push(undefined)
    await platform.clock.advance(60_000)
    platform.listRefusal = undefined
    await platform.clock.advance(60_000)
    expect(platform.openStreams).toBeGreaterThan(4)
    expect(platform.closedStreams).toBe(platform.openStreams - 1)
    stop.abort()
    await done
    expect(platform.closedStreams).toBe(platform.openStreams)
  })
})

describe('where it has none', () => {
  test('it is asked to wait, and answers when there is something', async () => {
    const platform = new Platform()
    platform.best = 'wait'
    const { texts, types } = listen(platform)
    for (const text of ['one', 'two']) {
      await platform.clock.advance(5_000)
      platform.say(text)
    }
    await settle()
    expect(texts()).toEqual(['one', 'two'])
    expect(platform.asked).toEqual(['stream', 'list', 'wait', 'wait after up-1', 'wait after up-2'])
    expect(types()).not.toContain('down')
  })

  test('the line is known to be up before anything is waited for, again after trouble', async () => {
    const platform = new Platform()
    platform.best = 'wait'
    const { types } = listen(platform)
    await settle()
    expect(types()).toEqual(['up'])
    platform.refusals.push(unreachable())
    await platform.clock.advance(25_000)
    await platform.clock.advance(1_000)
    expect(types()).toEqual(['up', 'up', 'down', 'up'])
  })

  test('an empty answer that was waited for is asked for again at once', async () => {
    const platform = new Platform()
    platform.best = 'wait'
    listen(platform)
    await platform.clock.advance(100_000)
    expect(platform.asked).toEqual(['stream', 'list', 'wait', 'wait', 'wait', 'wait', 'wait'])
  })

  test.each([
    ['a 404', upstreamError('endpoint-not-found', { evidence: { status: 404 } })],
    ['a 405', upstreamError('request-invalid', { evidence: { status: 405 } })],
    ['a 406', upstreamError('request-invalid', { evidence: { status: 406 } })],
    ['a 501', upstreamError('platform-unavailable', { evidence: { status: 501 }, retryable: true })],
  ])('%s says that there is no stream', async (_, refusal) => {
    const platform = new Platform()
    platform.refusals.push(refusal)
    const { types } = listen(platform)
    await settle()
    expect(platform.asked).toEqual(['stream', 'list', 'wait'])
    expect(types()).not.toContain('down')
  })

  test('so does an answer that is no stream; it is let go of', async () => {
    const platform = new Platform()
    platform.streamType = 'text/html'
    listen(platform)
    await settle()
    expect(platform.asked).toEqual(['stream', 'list', 'wait'])
    expect(platform.closedStreams).toBe(1)
  })

  test('what says nothing to a guest is no sign that the platform does not wait', async () => {
    const platform = new Platform()
    platform.best = 'wait'
    listen(platform)
    await settle()
    platform.say('', { type: 'Event', events: [{ eventType: 'CoBrowse' }] })
    await settle()
    platform.say('one')
    await settle()
    expect(platform.asked).toEqual(['stream', 'list', 'wait', 'wait after up-1', 'wait after up-2'])
  })
})

describe('where it does not wait either', () => {
  test('it is asked every second while somebody attends, every ten otherwise', async () => {
    const platform = new Platform()
    platform.best = 'poll'
    listen(platform)
    await settle()
    expect(platform.asked).toEqual(['stream', 'list', 'wait'])
    await platform.clock.advance(5_000)
    expect(platform.asked).toHaveLength(3 + 5)
    expect(platform.asked.at(-1)).toBe('list')
    platform.attention = 'idle'
    await platform.clock.advance(60_000)
    expect(platform.asked.length - 8).toBeLessThanOrEqual(7)
  })

  test('what arrives is there at the next look, and looked on from at once', async () => {
    const platform = new Platform()
    platform.best = 'poll'
    const { texts } = listen(platform)
    await platform.clock.advance(2_500)
    for (let count = 1; count <= 250; count++) platform.say(`message ${count}`)
    await platform.clock.advance(600)
    await settle()
    expect(texts()).toHaveLength(250)
    expect(platform.asked.slice(-3)).toEqual(['list after up-100', 'list after up-200', 'list after up-250'])
  })

  test('typing in the list is told, moves no cursor, and makes nobody ask in a rush', async () => {
    const platform = new Platform()
    platform.best = 'poll'
    platform.say('', { type: 'Event', events: [{ eventType: 'Typing', typing: { type: 'On' } }] })
    const { types, position } = listen(platform)
    await platform.clock.advance(3_000)
    expect(types()).toContain('typing')
    expect(position.cursor).toBeUndefined()
    expect(platform.asked.length).toBeLessThan(7)
  })
})

describe('the cursor', () => {
  test('is where reading goes on', async () => {
    const platform = new Platform()
    for (const text of ['one', 'two', 'three']) platform.say(text)
    const { texts, events } = listen(platform, 'up-2')
    await settle()
    expect(texts()).toEqual(['three'])
    expect(events[0]).toMatchObject({ upstreamId: 'up-3', cursor: 'up-3' })
  })

  test('that the platform no longer knows is given up: reading starts anew, and nobody hears of trouble', async () => {
    const platform = new Platform()
    for (const text of ['one', 'two']) platform.say(text)
    const { texts, types } = listen(platform, 'forgotten')
    await settle()
    expect(texts()).toEqual(['one', 'two'])
    expect(types()).toEqual(['message', 'message', 'up'])
  })

  test('is not to blame for every 400', async () => {
    const platform = new Platform()
    const bad = () => upstreamError('request-invalid', { evidence: { status: 400 } })
    platform.refusals.push(upstreamError('endpoint-not-found'), bad(), bad())
    const { events, done } = listen(platform, 'up-1')
    await done
    expect(platform.asked).toEqual(['stream', 'list after up-1', 'list'])
    expect(events).toMatchObject([{ type: 'closed', error: { code: 'request-invalid' } }])
  })

  test('moves past an entity that says nothing, and one that cannot be read', async () => {
    const platform = new Platform()
    platform.say('', { type: 'Event', events: [{ eventType: 'CoBrowse' }] })
    platform.list.push({ no: 'id' }, { id: 'up-nonsense', text: 7 })
    platform.say('hello')
    const { texts, ignored, position } = listen(platform)
    await settle()
    expect(texts()).toEqual(['hello'])
    expect(ignored).toEqual(['entity', 'entity'])
    expect(position.cursor).toBe('up-4')
  })

  test('does not move past what its taker failed at', async () => {
    const platform = new Platform()
    for (const text of ['one', 'two', 'three']) platform.say(text)
    const { parts } = listen(platform)
    const position: Position = { cursor: undefined }
    const failing = (async () => {
      for await (const event of readList(parts, position)) {
        if ('upstreamId' in event && event.upstreamId === 'up-2') throw new Error('the store is full')
      }
    })()
    await expect(failing).rejects.toThrow('the store is full')
    expect(position.cursor).toBe('up-1')
  })
})

describe('S53 a list that always has one more page', () => {
  /** One message on each page, for ever. */
  function createEndless(best: Platform['best']) {
    const platform = new Platform()
    platform.best = best
    let pages = 0
    const call: AuthorizedClient['call'] = async () => {
      const entity = { id: `up-${++pages}`, direction: 'outbound', text: 'again' }
      return { status: 200, headers: {}, body: JSON.stringify({ entities: [entity] }) }
    }
    return { platform: Object.assign(platform, { client: { ...platform.client, call } }), pages: () => pages }
  }

  test.each(['stream', 'wait'] as const)(
    'is read on after a pause from where reading got to, and told: nothing is left out (%s)',
    async (best) => {
      const { platform, pages } = createEndless(best)
      const { events, texts, ignored } = listen(platform)
      const last = () => events.at(-1)
      while (last()?.type !== 'down') await settle()
      expect(pages()).toBe(200)
      expect(texts()).toHaveLength(200)
      expect(ignored).toEqual(['page'])
      expect(last()).toMatchObject({ type: 'down', error: { code: 'answer-unreadable', retryable: true } })
      await platform.clock.advance(5_000)
      const ids = events.flatMap((event) => ('upstreamId' in event ? event.upstreamId : []))
      expect(ids.length).toBeGreaterThan(200)
      expect(ids).toEqual(ids.map((_, index) => `up-${index + 1}`))
    },
  )

  test('is none where it was waited for: somebody always has something to say', async () => {
    const { platform, pages } = createEndless('wait')
    const { call } = platform.client
    const slow = async (...asked: Parameters<typeof call>) => {
      if (pages() > 0) await platform.clock.sleep(2_000)
      return call(...asked)
    }
    const { events, texts } = listen(Object.assign(platform, { client: { ...platform.client, call: slow } }))
    while (texts().length < 300 && events.at(-1)?.type !== 'down') await platform.clock.advance(2_000)
    expect(texts()).toHaveLength(300)
  })

  test('proves no message missing', async () => {
    const { platform } = createEndless('stream')
    const { parts } = listen(platform)
    const read = Array.fromAsync(readList(parts, { cursor: undefined }))
    await expect(read).rejects.toMatchObject({ outcome: 'unknown', retryable: true })
  })
})

describe('trouble', () => {
  test('that passes is waited out, longer and longer, until the line is up again', async () => {
    const platform = new Platform()
    platform.refusals.push(...Array.from({ length: 12 }, unreachable))
    const { events, types } = listen(platform)
    await platform.clock.advance(400_000)
    const waits = events.flatMap((event) => (event.type === 'down' ? [event.retryInMs] : []))
    expect(waits).toHaveLength(12)
    waits.forEach((wait, attempt) => expect(wait).toBeLessThanOrEqual(Math.min(5_000, 200 * 2 ** attempt)))
    expect(new Set(waits).size).toBeGreaterThan(8)
    expect(types().at(-1)).toBe('up')
  })

  test('that has a time of its own is waited out for that long', async () => {
    const platform = new Platform()
    platform.refusals.push(upstreamError('rate-limited', { retryable: true, retryAfterMs: 7_000 }))
    const { events, types } = listen(platform)
    await settle()
    expect(events).toMatchObject([{ type: 'down' }])
    await platform.clock.advance(6_999)
    expect(platform.asked).toEqual(['stream'])
    await platform.clock.advance(201)
    expect(types().at(-1)).toBe('up')
  })

  test('that will not pass is the last word', async () => {
    const platform = new Platform()
    platform.refusals.push(upstreamError('scope-missing'))
    const { events, done } = listen(platform)
    await done
    expect(events).toMatchObject([{ type: 'closed', error: { code: 'scope-missing' } }])
  })

  test('that is the end of the conversation is none', async () => {
    const platform = new Platform()
    platform.refusals.push(upstreamError('conversation-ended'))
    const { events, done } = listen(platform)
    await done
    expect(events).toEqual([{ type: 'closed' }])
  })

  test.each(['', 'null', '<html></html>', '{"entities":{}}', '{"entities":', '[]'])(
    'of a list nobody can read, %j, is told, not thrown',
    async (body) => {
      const platform = new Platform()
      platform.instead = body
      const { events, done } = listen(platform)
      await done
      expect(events).toMatchObject([{ type: 'closed', error: { code: 'answer-unreadable' } }])
    },
  )

  test('that nobody foresaw is thrown', async () => {
    const platform = new Platform()
    platform.refusals.push(new TypeError('bug'))
    await expect(listen(platform).done).rejects.toThrow('bug')
  })
})

describe('once nobody listens', () => {
  test.each([
    ['a stream', 'stream', 0],
    ['an answer', 'wait', 0],
    ['the time of the next look', 'poll', 0],
    ['the end of trouble', 'poll', 3],
  ] as const)('receiving ends at once, though it waits for %s', async (_, best, troubles) => {
    const platform = new Platform()
    platform.best = best
    platform.refusals.push(...Array.from({ length: troubles }, unreachable))
    const { stop, done, events } = listen(platform)
    await settle()
    stop.abort()
    await done
    expect(events.map(({ type }) => type)).not.toContain('closed')
    expect(platform.clock.waits).toEqual([])
  })
})
