import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, receiptsOf, textsOf } from './support/guest.ts'
import { CLIENT_SECRET, startFoyer } from './support/start-foyer.ts'
import { startTap } from './support/tap.ts'
import { startSimulator } from '@foyer/simulator/start-simulator'
import { onTestFinished } from 'vitest'

const MARKER = 'marker-text-of-a-guest'

test('no token and no secret is in anything the browser gets, in a log, in the built page, or readable in the store', async () => {
  const simulator = await startSimulator({ guestTtlSeconds: 1 })
  onTestFinished(() => simulator.close())
  const tap = await startTap(simulator.url)
  const file = join(await mkdtemp(join(tmpdir(), 'foyer-')), 'foyer.db')
  const foyer = await startFoyer(tap.url, { store: file })
  onTestFinished(() => foyer.close())

  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const id = (await simulator.control.state()).conversations[0]?.id ?? ''
  await simulator.control.joinAgent(id, 'Noor')
  for (let round = 0; round < 5; round++) {
    await guest.send(`${MARKER} ${round}`)
    await simulator.control.sendAgentMessage(id, `answer ${round}`)
    await eventually(
      'both arrived',
      () => textsOf(events).length === 2 * (round + 1) && receiptsOf(events).length > round,
    )
    await simulator.control.expireTokens()
  }
  await guest.json('GET', '/api/grant')
  await guest.json('GET', '/api/config')
  await guest.json('GET', '/api/nothing')
  await guest.json('POST', `${guest.path}/messages`, { wrong: true })
  await simulator.control.addFault({ name: 'forbidden-scope', match: { operation: 'send-message' } })
  await guest.send(`${MARKER} refused`)
  await eventually('refused', () => receiptsOf(events).some(({ state }) => state === 'failed'))
  await simulator.control.addFault({ name: 'bad-gateway', match: { operation: 'token' } })
  await new Guest(foyer.url).json('POST', '/api/session', {})
  await guest.request('DELETE', '/api/session')

  expect(tap.secrets.size).toBeGreaterThan(5)
  const secrets = [CLIENT_SECRET, ...tap.secrets].flatMap(spellings)
  const seen = {
    browser: guest.received.join('\n'),
    logs: foyer.logs.join(''),
    page: readAll(new URL('../../web/dist/', import.meta.url)),
    store: (await Promise.all([file, `${file}-wal`].map((path) => readFile(path, 'latin1').catch(() => '')))).join(''),
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
  expect(seen.logs).not.toContain(handle)
  expect(seen.store).not.toContain(handle)
  expect(seen.logs).not.toContain(MARKER)
  expect(seen.store).not.toContain(MARKER)
})

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
