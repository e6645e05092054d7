import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { FoyerProcess } from './support/foyer-process.ts'
import { CLIENT_ID, CLIENT_SECRET } from './support/start-foyer.ts'
import { newDatabaseFile } from './support/stores.ts'

test('R26 two processes never have one store: the second waits until the first has gone, and says why', async () => {
  const { first, second } = await startFirst()
  const started = second.start()
  await eventually('the second waits', () => second.output.includes('store-in-use'))
  expect(second.output).not.toContain('listening')
  await first.stop()
  await started
  expect((await fetch(`${second.url}/health/live`)).status).toBe(200)
})

test('R26 the second ends, with what is wrong, where the first stays', { timeout: 40_000 }, async () => {
  const { first, second } = await startFirst()
  void second.start().catch(() => undefined) // It never gets ready.
  await eventually('the second waits', () => second.output.includes('store-in-use'), 20_000)
  expect(await second.ended()).toBe(1)
  expect(second.output).toMatch(/FOYER_STORE .* is in use by another Foyer/)
  expect((await fetch(`${first.url}/health/live`)).status).toBe(200)
})

/** One that has the store, and one that is still to be started. Nothing is said: no platform is needed. */
async function startFirst() {
  const env = {
    ...{
      FOYER_CONNECTOR: 'guest-api',
      FOYER_PLATFORM_URL: 'http://127.0.0.1:9',
      FOYER_STORE: `sqlite:${newDatabaseFile()}`,
    },
    ...{
      FOYER_CLIENT_ID: CLIENT_ID,
      FOYER_CLIENT_SECRET: CLIENT_SECRET,
      FOYER_SECRETS: randomBytes(32).toString('base64url'),
    },
  }
  const first = await FoyerProcess.start(env)
  const second = await FoyerProcess.make(env)
  onTestFinished(() => first.kill())
  onTestFinished(() => second.kill())
  return { first, second }
}
