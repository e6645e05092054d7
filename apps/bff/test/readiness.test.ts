import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { startBoth } from './support/start-foyer.ts'
import { newDatabaseFile } from './support/stores.ts'

test('R28 without any guest: not ready within five seconds of the store’s failure, alive all the time, ready again after it', async () => {
  const store = newDatabaseFile()
  const { foyer } = await startBoth({}, { store })
  const status = async (path: string) => (await fetch(`${foyer.url}/health/${path}`)).status
  expect(await status('ready')).toBe(200)

  const other = new DatabaseSync(store)
  onTestFinished(() => (other.isOpen ? other.close() : undefined))
  other.exec('PRAGMA busy_timeout = 2000; BEGIN IMMEDIATE')
  await eventually('it is not ready', async () => (await status('ready')) === 503, 5_000)
  expect(await status('live')).toBe(200)

  other.close()
  await eventually('it is ready again', async () => (await status('ready')) === 200, 5_000)
})
