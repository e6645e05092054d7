import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '@foyer/simulator/start-simulator'
import { startCollector } from './support/collector.ts'
import { eventually } from './support/eventually.ts'
import { KEEP_COMPILED } from './support/foyer-process.ts'
import { Guest, stateOf } from './support/guest.ts'
import { spawnFoyer } from './support/spawn-foyer.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const GOOD = {
  ...{ NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', FOYER_PUBLIC_URL: 'https://chat.example.com' },
  ...{ FOYER_PLATFORM_URL: 'https://gateway.example.com', FOYER_CLIENT_ID: 'client', FOYER_STORE: 'memory:' },
  FOYER_CLIENT_SECRET: 'CANARY-secret-of-the-client',
}

/** Starts the real program, and waits until it has stopped by itself. */
async function start(change: Record<string, string>): Promise<{ exitCode: number | null; said: string }> {
  const { promise, resolve } = Promise.withResolvers<{ exitCode: number | null; said: string }>()
  const options = { env: { PATH: process.env['PATH'], ...KEEP_COMPILED, ...GOOD, ...change }, timeout: 30_000 }
  const child = execFile(process.execPath, [main], options, (_, stdout, stderr) =>
    resolve({ exitCode: child.exitCode, said: `${stdout}${stderr}` }),
  )
  return promise
}

test(
  'S2, S50 a value that is not safe stops the start, with its name and without any secret',
  { timeout: 120_000 },
  async () => {
    const bad: [string, string][] = [
      ['FOYER_EMBED_ORIGINS', '*'],
      ['FOYER_EMBED_ORIGINS', 'http://portal.example.com'],
      ['FOYER_TRUSTED_PROXIES', '0.0.0.0/0'],
      ['FOYER_PUBLIC_URL', 'http://chat.example.com'],
      ['FOYER_PLATFORM_URL', 'http://gateway.example.com'],
      ['FOYER_SECRETS', 'CANARY'],
      ['FOYER_CLIENT_SECRET', 'CANARY'],
      ['FOYER_CLIENT_SECRET', ''],
      ['FOYER_COOKIE_MODE', 'CANARY'],
    ]
    for (const [name, value] of bad) {
      const { exitCode, said } = await start({ [name]: value })
      expect([name, exitCode]).toEqual([name, 1])
      expect(said).toMatch(new RegExp(`^Foyer cannot start:\n${name} `))
      expect(said).not.toContain('CANARY')
    }
  },
)

test('S52 no object of the process has __proto__, and everything works without', async () => {
  const simulator = await startSimulator()
  onTestFinished(() => simulator.close())
  const telling = fileURLToPath(new URL('support/tell-proto-on-signal.ts', import.meta.url))
  const collector = await startCollector()
  const foyer = await spawnFoyer(simulator.url, {
    ...{ NODE_OPTIONS: `--import=${telling}`, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
  })
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const { body } = await guest.send('Hello')
  await eventually('it was sent', () => stateOf(events, body.messageId) === 'sent')
  await eventually('its traces come', () => collector.bytes() !== '')
  foyer.signal('SIGUSR2')
  await eventually('it is told', () => foyer.output.includes('__proto__ is'))
  expect(foyer.output).toContain('__proto__ is gone')
})
