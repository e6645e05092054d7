import { startSimulator } from '@foyer/simulator/start-simulator'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { spawnFoyer } from './support/spawn-foyer.ts'
import { Guest, stateOf } from './support/guest.ts'
import { makeFolder } from './support/stores.ts'
import { openTab, type Tab } from './support/tab.ts'

const LOOSE = { FOYER_SESSIONS_PER_ADDRESS: '1000', FOYER_LOG_LEVEL: 'info' }

async function startPlatform() {
  const simulator = await startSimulator({ rateLimitPerMinute: 1_000_000 })
  onTestFinished(() => simulator.close())
  const sent = async () => (await simulator.control.requests({ operation: 'send-message' })).length
  const onPlatform = async () => {
    const { conversations } = await simulator.control.state()
    const all = await Promise.all(conversations.map(({ id }) => simulator.control.conversation(id)))
    return all.flatMap(({ entities }) => entities.flatMap(({ text }) => text ?? []))
  }
  return { simulator, sent, onPlatform }
}

describe('SIGTERM', () => {
  test('during a slow send and with 200 streams: all ends well, within ten seconds, and nothing is lost', async () => {
    const { simulator, sent, onPlatform } = await startPlatform()
    const store = {
      FOYER_STORE: `sqlite:${join(makeFolder(), 'foyer.db')}`,
      FOYER_SECRETS: randomBytes(32).toString('base64url'),
    }
    const foyer = await spawnFoyer(simulator.url, { ...LOOSE, ...store })
    const guests: Guest[] = []
    while (guests.length < 20) guests.push(await new Guest(foyer.url).arrive())
    const tabs: Tab[] = []
    for (const guest of guests) for (let tab = 0; tab < 10; tab++) tabs.push(await openTab(foyer.url, guest))
    expect(tabs.map(({ status }) => status)).toEqual(Array(200).fill(200))

    const [rosa] = guests as [Guest]
    const match = { operation: 'send-message' }
    await simulator.control.addFault({ name: 'latency', parameters: { latencyMs: 3_000 }, times: 1, match })
    const slow = await rosa.send('on its way')
    const behind = await rosa.send('behind it')
    await eventually('the slow one is on its way', async () => (await sent()) === 1)

    const stoppedAtMs = performance.now()
    foyer.signal('SIGTERM')
    await eventually('not ready', async () => (await fetch(`${foyer.url}/health/ready`)).status === 503)
    expect((await fetch(`${foyer.url}/health/live`)).status).toBe(200)
    const newcomer = await new Guest(foyer.url).request('POST', '/api/session', {})
    expect([newcomer.status, Number(newcomer.headers.get('Retry-After')) > 0]).toEqual([503, true])
    expect(await newcomer.json()).toMatchObject({ code: 'shutting-down' })
    expect((await openTab(foyer.url, rosa)).status).toBe(503)
    const late = await rosa.send('while it stops')
    expect([slow.status, behind.status, late.status]).toEqual([202, 202, 202])

    expect(await foyer.ended()).toBe(0)
    expect(performance.now() - stoppedAtMs).toBeLessThan(10_000)
    await eventually('all streams have ended', () => tabs.every((tab) => tab.ending() !== 'none'))
    expect(tabs.map((tab) => tab.ending())).toEqual(Array(200).fill('clean'))
    const waits = tabs.map((tab) => Number(/: bye\nretry: (\d+)\n\n$/.exec(tab.text())?.[1]))
    for (const ms of waits) expect(ms).toBeLessThanOrEqual(4_000)
    expect(new Set(waits).size).toBeGreaterThan(100)
    expect(await onPlatform()).toEqual(['on its way'])

    const next = await spawnFoyer(simulator.url, { ...LOOSE, ...store })
    const again = new Guest(next.url)
    again.cookie = rosa.cookie
    again.conversationId = rosa.conversationId
    const events = again.follow()
    await eventually('the rest is sent', () => stateOf(events, late.body.messageId) === 'sent', 20_000)
    expect(await onPlatform()).toEqual(['on its way', 'behind it', 'while it stops'])
  }, 60_000)

  test('ends an idle process in a moment, whatever connections a browser has opened in advance', async () => {
    const { simulator } = await startPlatform()
    const foyer = await spawnFoyer(simulator.url, LOOSE)
    const unused = connect(Number(new URL(foyer.url).port), '127.0.0.1')
    await once(unused, 'connect')
    foyer.signal('SIGTERM')
    expect(await foyer.ended()).toBe(0)
    const afterMs = Number(/"event":"stopped","afterMs":(\d+)/.exec(foyer.output)?.[1])
    expect(afterMs).toBeLessThan(2_000)
  })

  test('while the platform answers nothing: what is on its way is parked, and it still ends in time', async () => {
    const { simulator, sent } = await startPlatform()
    const foyer = await spawnFoyer(simulator.url, LOOSE)
    const guest = await new Guest(foyer.url).arrive()
    await simulator.control.addFault({ name: 'hang', match: { operation: 'send-message' } })
    await guest.send('into the void')
    await eventually('it is on its way', async () => (await sent()) === 1)
    const stoppedAtMs = performance.now()
    foyer.signal('SIGTERM')
    expect(await foyer.ended()).toBe(0)
    expect(performance.now() - stoppedAtMs).toBeLessThan(10_000)
  })

  test('a second one ends it at once', async () => {
    const { simulator, sent } = await startPlatform()
    const foyer = await spawnFoyer(simulator.url, LOOSE)
    const guest = await new Guest(foyer.url).arrive()
    await simulator.control.addFault({ name: 'hang', match: { operation: 'send-message' } })
    await guest.send('into the void')
    await eventually('it is on its way', async () => (await sent()) === 1)
    foyer.signal('SIGTERM')
    await eventually('it stops', () => foyer.output.includes('"stopping"'))
    const secondAtMs = performance.now()
    foyer.signal('SIGTERM')
    expect(await foyer.ended()).toBe(1)
    expect(performance.now() - secondAtMs).toBeLessThan(3_000)
  })
})

describe('an error that nobody caught', () => {
  const THROWING = fileURLToPath(new URL('support/throw-on-signal.ts', import.meta.url))

  test.each([
    ['thrown', 'SIGUSR2', 'uncaughtException'],
    ['rejected', 'SIGHUP', 'unhandledRejection'],
  ] as const)('%s: is logged, and the process drains and ends with code 1', async (_, signal, origin) => {
    const { simulator } = await startPlatform()
    const foyer = await spawnFoyer(simulator.url, { ...LOOSE, NODE_OPTIONS: `--import=${THROWING}` })
    const guest = await new Guest(foyer.url).arrive()
    const tab = await openTab(foyer.url, guest)
    foyer.signal(signal)
    expect(await foyer.ended()).toBe(1)
    await eventually('the tab is told', () => tab.ending() === 'clean')
    expect(tab.text()).toMatch(/retry: \d+\n\n$/)
    const line = foyer.output.split('\n').find((text) => text.includes('"uncaught"'))
    expect(JSON.parse(line ?? '{}')).toMatchObject({ level: 'error', origin, err: { message: 'a bug, for a test' } })
  })
})
