import { startSimulator, type Simulator } from '@foyer/simulator/start-simulator'
import type { StreamEvent } from '@foyer/shared/protocol/event'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startCollector } from './support/collector.ts'
import { guestApi, webMessaging, type Door } from './support/doors.ts'
import { eventually } from './support/eventually.ts'
import { Guest, messagesOf, receiptsOf, textsOf } from './support/guest.ts'
import { CLIENT_SECRET, startFoyer } from './support/start-foyer.ts'
import { startTap } from './support/tap.ts'

const MARKER = 'marker-text-of-a-guest'

interface Visit {
  readonly guest: Guest
  readonly events: readonly StreamEvent[]
  readonly control: Simulator['control']
  /** The platform's name of the conversation. */
  readonly id: string
}

type Fault = Parameters<Simulator['control']['addFault']>[0]

/** What there is to do at a door that could give a secret away. */
interface Journey extends Door {
  /** Makes the platform give a new token before the next thing is said. */
  readonly renew: (visit: Visit) => Promise<unknown>
  /** What the platform answers from now on to what a guest says, and to whoever arrives. */
  readonly refusals: { readonly said: Fault; readonly arriving: Fault }
  /** What else this door has. */
  readonly more: (visit: Visit) => Promise<void>
}

const journeys: Journey[] = [
  {
    ...guestApi,
    renew: ({ control }) => control.expireTokens(),
    refusals: {
      said: { name: 'forbidden-scope', match: { operation: 'send-message' } },
      arriving: { name: 'bad-gateway', match: { operation: 'token' } },
    },
    more: () => Promise.resolve(),
  },
  {
    ...webMessaging,
    renew: ({ control }) => control.dropSockets(),
    refusals: {
      said: { name: 'frame-refused', match: { action: ['onMessage'] }, parameters: { code: 4011 } },
      arriving: { name: 'handshake-refused' },
    },
    more: exchangeFiles,
  },
]

async function exchangeFiles({ guest, events, control, id }: Visit): Promise<void> {
  const headers = { 'Content-Type': 'text/plain' }
  const uploaded = await guest.request('POST', `${guest.path}/attachments?name=pier.txt`, 'Pier 3', headers)
  expect(uploaded.status).toBe(201)
  guest.received.push(await uploaded.text())
  await control.sendAgentFile(id, { name: 'map.txt', type: 'text/plain', bytes: Buffer.from('Pier 4') })
  const attachmentId = await eventually(
    'the agent’s file',
    () => /"attachmentId":"([^"]+)"/.exec(JSON.stringify(messagesOf(events)))?.[1],
  )
  const download = await guest.request('GET', `${guest.path}/attachments/${attachmentId}`)
  expect(await download.text()).toBe('Pier 4')
}

async function talk({ renew, more }: Journey, visit: Visit): Promise<void> {
  const { guest, events, control, id } = visit
  await control.joinAgent(id, 'Noor')
  for (let round = 0; round < 5; round++) {
    // The line is up, and has what was said before: a token that ends while it is being renewed would be its last.
    if (round > 0) await renew(visit)
    await guest.send(`${MARKER} ${round}`)
    await control.sendAgentMessage(id, `answer ${round}`)
    await eventually(
      'both arrived',
      () => textsOf(events).length === 2 * (round + 1) && receiptsOf(events).length > round,
    )
  }
  await more(visit)
}

async function beRefused({ refusals: { said, arriving } }: Journey, foyerUrl: string, visit: Visit): Promise<void> {
  const { guest, events, control } = visit
  await guest.json('GET', '/api/grant')
  await guest.json('GET', '/api/config')
  await guest.json('GET', '/api/nothing')
  await guest.json('POST', `${guest.path}/messages`, { wrong: true })
  await control.addFault(said)
  await guest.send(`${MARKER} refused`)
  await eventually('refused', () => receiptsOf(events).some(({ state }) => state === 'failed'))
  await control.addFault(arriving)
  const late = new Guest(foyerUrl)
  await late.json('POST', '/api/session', {})
  await late.json('POST', '/api/conversations')
  guest.received.push(...late.received)
  await guest.request('DELETE', '/api/session')
}

test.each(journeys)(
  'no token and no secret is in anything the browser gets, in a log, a metric or a span, in the built page, or readable in the store: over $name',
  async (journey) => {
    const simulator = await startSimulator(journey.platform)
    onTestFinished(() => simulator.close())
    const tap = await startTap(simulator.url)
    const collector = await startCollector()
    const file = join(await mkdtemp(join(tmpdir(), 'foyer-')), 'foyer.db')
    const tracing = { endpoint: collector.endpoint, ratio: 1 }
    const foyer = await startFoyer(tap.url, { store: file, tracing, ...journey.options })
    const closing = { closed: undefined as Promise<void> | undefined }
    const stop = () => (closing.closed ??= foyer.close())
    onTestFinished(stop)

    const guest = await new Guest(foyer.url).arrive()
    const events = guest.follow()
    const id = await eventually('a conversation', async () => (await simulator.control.state()).conversations[0]?.id)
    const visit = { guest, events, control: simulator.control, id }
    await talk(journey, visit)
    await beRefused(journey, foyer.url, visit)
    const store = await Promise.all([file, `${file}-wal`].map((path) => readFile(path, 'latin1').catch(() => '')))
    const metrics = await foyer.metrics()
    // Spans are told in the end.
    await stop()

    expect(tap.secrets.size).toBeGreaterThan(5)
    const secrets = [CLIENT_SECRET, ...tap.secrets].flatMap(spellings)
    const seen = {
      browser: guest.received.join('\n'),
      logs: foyer.logs.join(''),
      metrics,
      spans: collector.bytes(),
      page: readAll(new URL('../../web/dist/', import.meta.url)),
      store: store.join(''),
    }
    for (const [where, text] of Object.entries(seen)) {
      expect(text.length, where).toBeGreaterThan(1_000)
      expect(
        secrets.filter((secret) => text.includes(secret)),
        where,
      ).toEqual([])
      expect(text, where).not.toMatch(/eyJ[\w-]{10,}\.eyJ[\w-]{10,}\./)
    }
    const handle = guest.received.join('').match(/__Host-Http-foyer=([\w-]{43})/)?.[1] ?? ''
    expect(handle).not.toBe('')
    for (const text of [seen.logs, seen.metrics, seen.spans, seen.store]) {
      expect(text).not.toContain(handle)
      expect(text).not.toContain(MARKER)
    }
  },
)

function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
  ]
}

function readAll(folder: URL): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}
