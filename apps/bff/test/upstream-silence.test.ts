import { describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, messagesOf, receiptsOf, textsOf } from './support/guest.ts'
import { onlyConversation, saidUpstream, SHORT, startOverLine } from './support/upstream.ts'

const connectionOf = (events: ReturnType<Guest['follow']>) => events.findLast((event) => event.type === 'connection')

/** A wait that no busy machine makes of an answer at once. */
const SILENT_MS = 3_000

describe('a platform that answers nothing for a while', () => {
  test.each(['release', 'cut'] as const)(
    'R7 R9 R12 R13 the guest is told and goes on writing; all arrives once and in order after (%s)',
    async (recovery) => {
      const { foyer, simulator, line } = await startOverLine({
        callLimits: { ...SHORT, breaker: { openMs: 250, failuresInRow: 2 } },
      })
      const guest = await new Guest(foyer.url).arrive()
      const events = guest.follow()
      const id = await onlyConversation(simulator)
      await simulator.control.joinAgent(id, 'Noor')
      await guest.send('before')
      await eventually('sent', () => receiptsOf(events).length === 1 && connectionOf(events)?.state === 'up')

      line.hold()
      const asked = Array.from({ length: 10 }, (_, index) => `guest ${index}`)
      for (const text of asked) expect((await guest.send(text)).status).toBe(202)
      const answered = ['agent 0', 'agent 1', 'agent 2']
      for (const text of answered) await simulator.control.sendAgentMessage(id, text)
      const down = await eventually('the guest is told', () =>
        events.find((event) => event.type === 'connection' && event.state === 'down'),
      )
      expect(down).toHaveProperty('retryAt')
      const open = () => foyer.sample('foyer_breaker_state{operation="listMessages"}')
      await eventually('nobody asks any more', async () => (await open()) === 2)
      expect(textsOf(await guest.history())).toEqual(['before', ...asked])
      expect(receiptsOf(events)).toHaveLength(1)

      line[recovery]()
      const texts = (role: string) =>
        messagesOf(events).flatMap(({ from, parts }) =>
          from.role === role ? parts.map((part) => (part.type === 'text' ? part.text : '')) : [],
        )
      await eventually('all is sent', () => receiptsOf(events).length === 11, 30_000)
      await eventually('all is heard', () => texts('agent').length === 3, 30_000)
      await eventually('the guest is told', () => connectionOf(events)?.state === 'up', 30_000)
      expect(receiptsOf(events).every(({ state }) => state === 'sent')).toBe(true)
      expect(texts('guest')).toEqual(['before', ...asked])
      expect(texts('agent')).toEqual(answered)
      expect(await saidUpstream(simulator, id)).toEqual(['before', ...asked])
    },
  )

  test('R7 whoever waits for it is answered in time, and it holds up nobody else', async () => {
    const { foyer, line } = await startOverLine()
    const guest = await new Guest(foyer.url).arrive()
    line.hold()
    const timed = async (method: string, path: string, body?: unknown) => {
      const startedMs = performance.now()
      const { status } = await guest.request(method, path, body)
      return { status, tookMs: performance.now() - startedMs }
    }
    const waiting = [timed('POST', `${guest.path}/typing`, { typing: true }), timed('POST', `${guest.path}/end`)]
    expect((await timed('GET', '/health/live')).status).toBe(200)
    expect((await timed('GET', guest.path)).status).toBe(200)
    for (const { status, tookMs } of await Promise.all(waiting)) {
      expect(status).toBe(503)
      // The rest is a busy machine's.
      expect(tookMs).toBeLessThan(SHORT.wholeMs + 2_000)
    }
  })

  test('R9 costs newcomers milliseconds and no socket: they are told at once, and when to come back', async () => {
    const http = { ...SHORT.http, headersMs: SILENT_MS, totalMs: SILENT_MS }
    const { foyer, line } = await startOverLine({ callLimits: { http, breaker: { openMs: 60_000 } } })
    line.hold()
    const arrive = async () => {
      const startedMs = performance.now()
      const answer = await new Guest(foyer.url).request('POST', '/api/session', {})
      return { answer, tookMs: performance.now() - startedMs }
    }
    const first = await Promise.all(Array.from({ length: 5 }, arrive))
    expect(first.map(({ answer }) => answer.status)).toEqual(Array(5).fill(503))
    const before = line.opened()
    const visits = await Promise.all(Array.from({ length: 20 }, arrive))
    for (const { answer, tookMs } of visits) {
      expect(answer.status).toBe(503)
      expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(50)
      expect(await answer.json()).toMatchObject({ code: 'platform-unavailable' })
      // One that waited for the platform would take all of this.
      expect(tookMs).toBeLessThan(SILENT_MS)
    }
    expect(line.opened()).toBe(before)
    expect(await foyer.sample('foyer_breaker_state{operation="token"}')).toBe(2)
  })
})
