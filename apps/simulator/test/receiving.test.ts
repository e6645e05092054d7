import { describe, expect, test, vi } from 'vitest'
import { FakeClock } from './fake-clock.ts'
import { call, openChat, simulatorFor, type Chat } from './guest.ts'
import { guestApiPaths } from '@foyer/shared/platform/guest-api'

/** A chat on a clock of its own, with an agent in it. */
async function staged(options = {}) {
  const clock = new FakeClock()
  const simulator = await simulatorFor(options, { clock })
  const chat = await openChat(simulator)
  await simulator.control.joinAgent(chat.id, 'Noor')
  return { clock, simulator, chat, cursor: (await chat.list()).body.entities.at(-1)?.id }
}

/** A waiting list has set its timer once it waits. */
const untilWaiting = (clock: FakeClock, timers: number) => vi.waitUntil(() => clock.pending >= timers, { interval: 2 })

describe('the stream', () => {
  test('carries messages of both sides, and typing that no history keeps', async () => {
    const { simulator, chat } = await staged()
    const stream = await chat.stream()
    expect(stream.response.headers.get('content-type')).toContain('application/x-ndjson')
    await chat.send('hi')
    await simulator.control.showAgentTyping(chat.id, true)
    await simulator.control.sendAgentMessage(chat.id, 'hello')
    const [first, second, third] = [await stream.next(), await stream.next(), await stream.next()]
    expect([first.text, third.text]).toEqual(['hi', 'hello'])
    expect(second.events).toEqual([{ eventType: 'Typing', typing: { type: 'On', duration: 5000 } }])
    expect((await chat.list()).body.entities.map(({ id }) => id)).not.toContain(second.id)
  })

  test('shows that it lives every 15 s', async () => {
    const { clock, chat } = await staged()
    const stream = await chat.stream()
    clock.advance(15_000)
    expect(await stream.nextLine()).toBe('')
    clock.advance(15_000)
    expect(await stream.nextLine()).toBe('')
  })

  test('ends when the token expires', async () => {
    const { clock, chat } = await staged({ guestTtlSeconds: 10 })
    const stream = await chat.stream()
    clock.advance(10_000)
    expect(await stream.nextLine()).toBeUndefined()
  })

  test.each([
    ['is revoked', guestApiPaths.tokenInfo],
    ['is revoked together with its guest’s others', undefined],
  ])('ends when the token %s', async (_what, path) => {
    const { simulator, chat } = await staged()
    const stream = await chat.stream()
    if (path === undefined) await simulator.control.revokeTokens()
    else await call(simulator, 'DELETE', path, chat)
    expect(await stream.nextLine()).toBeUndefined()
  })

  test('leaves no timer behind', async () => {
    const { clock, chat } = await staged()
    const stream = await chat.stream()
    expect(clock.pending).toBe(2)
    await stream.cancel()
    await vi.waitUntil(() => clock.pending === 0, { interval: 2 })
  })

  test.each(['wait', 'poll'] as const)('is not there when the best way to receive is to %s', async (receive) => {
    const { chat } = await staged({ receive })
    expect((await chat.stream()).response.status).toBe(404)
  })
})

describe('a waiting list', () => {
  const wait = (chat: Chat, cursor: string | undefined) => chat.list(`?after=${cursor}&waitSeconds=25`)

  test('answers as soon as a message is there', async () => {
    const { clock, simulator, chat, cursor } = await staged()
    const page = wait(chat, cursor)
    await untilWaiting(clock, 2)
    await simulator.control.sendAgentMessage(chat.id, 'hello')
    expect((await page).body.entities.map(({ text }) => text)).toEqual(['hello'])
    expect(clock.pending).toBe(0)
  })

  test('answers with typing too', async () => {
    const { clock, simulator, chat, cursor } = await staged()
    const page = wait(chat, cursor)
    await untilWaiting(clock, 2)
    await simulator.control.showAgentTyping(chat.id, false)
    const { entities, nextUri } = (await page).body
    expect(entities[0]?.events?.[0]).toMatchObject({ typing: { type: 'Off' } })
    expect(nextUri).toBeUndefined()
  })

  test('answers with an empty page when the time is over', async () => {
    const { clock, chat, cursor } = await staged()
    const page = wait(chat, cursor)
    await untilWaiting(clock, 2)
    clock.advance(25_000)
    expect((await page).body.entities).toEqual([])
  })

  test('is let go when the token ends', async () => {
    const { clock, simulator, chat, cursor } = await staged()
    const page = wait(chat, cursor)
    await untilWaiting(clock, 2)
    await simulator.control.expireTokens()
    expect((await page).body.entities).toEqual([])
  })

  test('does not wait where the platform only polls', async () => {
    const { chat, cursor } = await staged({ receive: 'poll' })
    expect((await wait(chat, cursor)).body.entities).toEqual([])
  })

  test('forgets a reader who went away', async () => {
    const { clock, simulator, chat, cursor } = await staged()
    const abort = new AbortController()
    const path = `${guestApiPaths.messages(chat.id)}?after=${cursor}&waitSeconds=25`
    const gone = call(simulator, 'GET', path, { ...chat, signal: abort.signal }).catch(() => 'gone')
    await untilWaiting(clock, 2)
    abort.abort()
    expect(await gone).toBe('gone')
    await vi.waitUntil(() => clock.pending === 0, { interval: 2 })
  })
})

describe('closing', () => {
  test('ends streams and waiting readers at once', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    const stream = await chat.stream()
    const page = chat.list('?waitSeconds=25').catch(() => 'cut')
    const ended = stream.nextLine().catch(() => 'cut')
    await simulator.close()
    expect([await ended, await page]).toEqual(['cut', 'cut'])
  })
})
