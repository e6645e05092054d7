import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { startSimulator } from '@foyer/simulator/start-simulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, receiptsOf, stateOf, textsOf } from './support/guest.ts'
import { startBoth, startFoyer } from './support/start-foyer.ts'

type Both = Awaited<ReturnType<typeof startBoth>>
const upstreamId = async ({ simulator }: Pick<Both, 'simulator'>) =>
  (await simulator.control.state()).conversations[0]?.id ?? ''
const onPlatform = async (both: Pick<Both, 'simulator'>) =>
  (await both.simulator.control.conversation(await upstreamId(both))).entities.flatMap(({ text }) => text ?? [])

describe('a message is delivered once and in order, whatever happens to its first attempt', () => {
  test.each([
    ['lost-answer', {}],
    ['dropped-connection', {}],
    ['internal-error', {}],
    ['service-unavailable', {}],
    ['bad-gateway', {}],
    ['too-many-requests', { retryAfterSeconds: 1 }],
    ['expired-token', {}],
    ['revoked-token', {}],
    ['cut-body', {}],
    ['slow-body', { bytesPerChunk: 40, intervalMs: 50 }],
  ])('%s', async (name, parameters) => {
    const both = await startBoth({ guestIdentity: 'hint' })
    const guest = await new Guest(both.foyer.url).arrive()
    const events = guest.follow()
    await guest.send('before')
    await eventually('the first is sent', () => receiptsOf(events).length === 1)
    await both.simulator.control.addFault({ name, parameters, times: 1, match: { operation: 'send-message' } })
    const texts = ['first', 'second', 'third']
    for (const text of texts) expect((await guest.send(text)).status).toBe(202)
    await eventually('all are sent', () => receiptsOf(events).length === 4, 15_000)
    expect(receiptsOf(events).map(({ state }) => state)).toEqual(['sent', 'sent', 'sent', 'sent'])
    expect(textsOf(events)).toEqual(['before', ...texts])
    expect(await onPlatform(both)).toEqual(['before', ...texts])
  })
})

describe('an answer of the agent is shown once and in order of arrival, whatever happens to the line', () => {
  test.each([['duplicate-event'], ['reordered-events']])('%s', async (name) => {
    const both = await startBoth()
    const guest = await new Guest(both.foyer.url).arrive()
    const events = guest.follow()
    await eventually('up', () => events.some((event) => event.type === 'connection' && event.state === 'up'))
    const id = await upstreamId(both)
    await both.simulator.control.joinAgent(id, 'Noor')
    await both.simulator.control.addFault({ name, times: 5 })
    const texts = Array.from({ length: 20 }, (_, index) => `answer ${index}`)
    for (const text of texts) await both.simulator.control.sendAgentMessage(id, text)
    await eventually('all arrived', () => textsOf(events).length >= texts.length)
    expect(textsOf(events).sort()).toEqual([...texts].sort())
  })

  test('the platform is away for a while: the guest is told, and everything arrives', async () => {
    const both = await startBoth()
    const guest = await new Guest(both.foyer.url).arrive()
    const events = guest.follow()
    await eventually('up', () => events.some((event) => event.type === 'connection' && event.state === 'up'))
    const id = await upstreamId(both)
    await both.simulator.control.joinAgent(id, 'Noor')
    const fault = await both.simulator.control.addFault({ name: 'service-unavailable' })
    await both.simulator.control.expireTokens()
    await guest.send('are you there?')
    await both.simulator.control.sendAgentMessage(id, 'I am')
    await eventually('told', () => events.some((event) => event.type === 'connection' && event.state === 'down'))
    await both.simulator.control.removeFault(fault.id)
    await eventually('all arrived', () => textsOf(events).length === 2 && receiptsOf(events).length === 1, 20_000)
    await eventually('up again', () => events.findLast((event) => event.type === 'connection')?.state === 'up')
  })
})

test('a conversation the platform no longer knows ends, and a new one can begin', async () => {
  const both = await startBoth()
  const guest = await new Guest(both.foyer.url).arrive()
  const events = guest.follow()
  await both.simulator.control.reset()
  const { body } = await guest.send('hello?')
  await eventually('ended', () => events.some((event) => event.type === 'conversation' && event.state === 'ended'))
  await eventually('failed', () => stateOf(events, body.messageId) === 'failed')
  expect((await guest.json('POST', '/api/conversations')).status).toBe(201)
})

describe('a process that is succeeded by another', () => {
  async function withFile() {
    const simulator = await startSimulator({ rateLimitPerMinute: 1_000_000 })
    onTestFinished(() => simulator.close())
    const options = { store: join(await mkdtemp(join(tmpdir(), 'foyer-')), 'foyer.db'), secrets: [randomBytes(32)] }
    return { simulator, options }
  }

  test.each([
    ['had reached the platform', 'lost-answer'],
    ['had not', 'hang'],
  ])('sends what was pending once: it %s', async (_what, fault) => {
    const { simulator, options } = await withFile()
    const first = await startFoyer(simulator.url, options)
    const guest = await new Guest(first.url).arrive()
    const active = await simulator.control.addFault({ name: fault, match: { operation: 'send-message' } })
    const { body } = await guest.send('in flight')
    await eventually(
      'it is on its way',
      async () => (await simulator.control.requests({ operation: 'send-message' })).length > 0,
    )
    await first.close()
    await simulator.control.removeFault(active.id)

    const second = await startFoyer(simulator.url, options)
    onTestFinished(() => second.close())
    const again = new Guest(second.url)
    again.cookie = guest.cookie
    again.conversationId = guest.conversationId
    const events = again.follow()
    await eventually('sent', () => stateOf(events, body.messageId) === 'sent')
    expect(textsOf(events)).toEqual(['in flight'])
    expect(await onPlatform({ simulator })).toEqual(['in flight'])
  })

  test('goes on where the log ended; answers that came meanwhile are there', async () => {
    const { simulator, options } = await withFile()
    const first = await startFoyer(simulator.url, options)
    const guest = await new Guest(first.url).arrive()
    await guest.send('one')
    const id = await upstreamId({ simulator })
    await simulator.control.joinAgent(id, 'Noor')
    await first.close()
    for (const text of ['two', 'three']) await simulator.control.sendAgentMessage(id, text)

    const second = await startFoyer(simulator.url, options)
    onTestFinished(() => second.close())
    const again = new Guest(second.url)
    again.cookie = guest.cookie
    again.conversationId = guest.conversationId
    const events = again.follow()
    await eventually('all there', () => textsOf(events).length === 3)
    expect(textsOf(events)).toEqual(['one', 'two', 'three'])
    const seqs = (await again.history()).map(({ seq }) => seq)
    expect(seqs).toEqual(seqs.map((_, index) => index + 1))
  })

  test('with other keys knows nobody, and serves newcomers', async () => {
    const { simulator, options } = await withFile()
    const first = await startFoyer(simulator.url, options)
    const guest = await new Guest(first.url).arrive()
    await first.close()
    const second = await startFoyer(simulator.url, { ...options, secrets: [randomBytes(32)] })
    onTestFinished(() => second.close())
    const again = new Guest(second.url)
    again.cookie = guest.cookie
    expect((await again.json('GET', '/api/session')).status).toBe(401)
    expect((await new Guest(second.url).arrive()).conversationId).not.toBe('')
  })
})

test('a session that was idle too long is over: the stream says so and ends', async () => {
  const { foyer } = await startBoth({}, { lifetimes: { idleMs: 300, absoluteMs: 60_000 } })
  const guest = await new Guest(foyer.url).arrive()
  await eventually('over', async () => (await guest.json('GET', '/api/session')).status === 401)
})
