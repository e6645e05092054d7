import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, textsOf } from './support/guest.ts'
import { memoryHeld } from './support/memory.ts'
import { startBoth } from './support/start-foyer.ts'
import { openTab } from './support/tab.ts'

type Both = Awaited<ReturnType<typeof startBoth>>

/** A conversation with an agent in it. */
async function startTalk({ simulator, foyer }: Both) {
  const guest = await new Guest(foyer.url).arrive()
  const { conversations } = await simulator.control.state()
  const id = conversations.at(-1)?.id ?? ''
  await simulator.control.joinAgent(id, 'Noor')
  return { guest, say: (text: string) => simulator.control.sendAgentMessage(id, text) }
}

const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
const typesIn = (text: string) => [...text.matchAll(/^event: (\w+)$/gm)].map(([, type]) => type)
const gauge = (text: string, name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])

describe('resuming', () => {
  test('twelve messages during six reconnects: each once, under one id', async () => {
    const both = await startBoth()
    const { guest, say } = await startTalk(both)
    const texts = Array.from({ length: 12 }, (_, index) => `answer ${index}`)
    const speaking = (async () => {
      for (const text of texts) await say(text).then(() => delay(40))
    })()
    const seen: number[] = []
    let received = ''
    for (let reconnect = 0; reconnect <= 6; reconnect++) {
      const tab = await openTab(both.foyer.url, guest, `?after=${seen.at(-1) ?? 0}`)
      if (reconnect < 6) await delay(130)
      else await eventually('all arrived', () => (received + tab.text()).includes('"answer 11"'))
      tab.leave()
      const whole = tab.text().slice(0, tab.text().lastIndexOf('\n\n') + 2)
      received += whole
      seen.push(...idsIn(whole))
    }
    expect(seen).toEqual(seen.map((_, index) => index + 1))
    await speaking
    for (const text of texts) expect(received.split(`"${text}"`)).toHaveLength(2)
  })

  test('after what retention trimmed, or what never was: a reset, then what comes', async () => {
    const both = await startBoth()
    const { guest, say } = await startTalk(both)
    const tab = await openTab(both.foyer.url, guest, '?after=999999')
    await eventually('reset', () => typesIn(tab.text()).includes('reset'))
    await say('after the reset')
    await eventually('it comes', () => tab.text().includes('after the reset'))
    expect(typesIn(tab.text()).filter((type) => type !== 'connection')[0]).toBe('reset')
  })

  const IDS = [
    ...['-1', '0', '1', '999999999999999', `${10n ** 30n}`, 'NaN', 'Infinity', '1e3', '1.5', '0x10', '+1', ' ', '١'],
    ...["1' OR '1'='1", '1; DROP TABLE events', '(1', '-', '+', '$', '>', '*', '../1', '%00', 'null', '9'.repeat(4096)],
  ]
  test('any Last-Event-ID is safe: 200 or 400, and nothing of another session', async () => {
    const both = await startBoth()
    const other = await startTalk(both)
    await other.say('MARKER-of-another-session')
    const { guest } = await startTalk(both)
    for (const id of IDS) {
      const headers = /^[\x20-\x7e]*$/.test(id) ? { 'Last-Event-ID': id } : {}
      for (const [query, header] of [
        ['', headers],
        [`?after=${encodeURIComponent(id)}`, {}],
      ] as const) {
        const response = await guest.request('GET', `${guest.path}/events${query}`, undefined, header)
        expect([200, 400], id).toContain(response.status)
        if (response.status === 400) {
          expect(await response.json()).toMatchObject({ code: 'invalid-request' })
          continue
        }
        const { value } = (await response.body?.getReader().read()) ?? {}
        expect(new TextDecoder().decode(value)).not.toContain('MARKER')
      }
    }
    const foreign = await guest.request('GET', `${other.guest.path}/events`)
    expect([foreign.status, await foreign.text()]).toEqual([404, expect.not.stringContaining('MARKER') as string])
  })
})

describe('many streams', () => {
  test('forty of one session: sixteen are held, the rest are told when to come again', async () => {
    const both = await startBoth()
    const { guest, say } = await startTalk(both)
    const tabs = await Promise.all(Array.from({ length: 40 }, () => openTab(both.foyer.url, guest)))
    expect(tabs.filter(({ status }) => status === 200)).toHaveLength(16)
    for (const { status, incoming } of tabs.filter(({ status }) => status !== 200)) {
      expect(status).toBe(429)
      expect(Number(incoming.headers['retry-after'])).toBeGreaterThanOrEqual(5)
    }
    await say('to all')
    const open = tabs.filter(({ status }) => status === 200)
    await eventually('all have it', () => open.every((tab) => tab.text().includes('to all')))
  })

  test('have their first byte at once, and end by themselves without a loss', async () => {
    const both = await startBoth({}, { streams: { lifeMs: 2_000 } })
    const { guest, say } = await startTalk(both)
    const openedAtMs = performance.now()
    const tab = await openTab(both.foyer.url, guest)
    await eventually('the first byte', () => tab.text().startsWith(': open\n\n'))
    expect(performance.now() - openedAtMs).toBeLessThan(1_000)

    const events = guest.follow()
    const texts = Array.from({ length: 40 }, (_, index) => `answer ${index}`)
    for (const text of texts) await say(text).then(() => delay(100))
    await eventually('all arrived', () => textsOf(events).length >= texts.length)
    expect(textsOf(events)).toEqual(texts)
    expect(tab.ending()).toBe('clean')
    expect(await both.foyer.metrics()).toMatch(/streams_closed_total\{reason="life"\} [2-9]/)
  })

  test('a thousand opened and cut leave nothing behind', async () => {
    const both = await startBoth()
    const { guest } = await startTalk(both)
    const round = async () => {
      const tabs = await Promise.all(Array.from({ length: 10 }, () => openTab(both.foyer.url, guest)))
      for (const tab of tabs) tab.leave()
      await eventually('all have gone', async () => gauge(await both.foyer.metrics(), 'foyer_streams_open') === 0)
    }
    for (let warmUp = 0; warmUp < 20; warmUp++) await round()
    const before = memoryHeld().heapBytes
    for (let turn = 0; turn < 100; turn++) await round()
    const grown = memoryHeld().heapBytes - before
    expect(await both.foyer.metrics()).toMatch(/streams_closed_total\{reason="left"\} 1200/)
    expect(grown).toBeLessThan(before / 10)
  }, 60_000)
})
