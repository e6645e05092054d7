import { startSimulator } from '@foyer/simulator/start-simulator'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, stateOf, textsOf } from './support/guest.ts'
import { startFoyer } from './support/start-foyer.ts'
import { newDatabaseFile, newKey } from './support/stores.ts'

test('S8 keys rotate without signing anybody out: [1], [2, 1], [2]; one that is taken away too early ends its sessions', async () => {
  const simulator = await startSimulator({ rateLimitPerMinute: 1_000_000 })
  onTestFinished(() => simulator.close())
  const store = newDatabaseFile()
  const [first, second] = [newKey(), newKey()]
  const known: Pick<Guest, 'cookie' | 'conversationId'> = { cookie: undefined, conversationId: '' }

  /** The same guest, with Foyer started anew under these keys. */
  async function talk(secrets: Uint8Array[], say: (guest: Guest, logs: readonly string[]) => Promise<void>) {
    const foyer = await startFoyer(simulator.url, { store, secrets })
    try {
      const guest = Object.assign(new Guest(foyer.url), known)
      await say(guest, foyer.logs)
      Object.assign(known, { cookie: guest.cookie, conversationId: guest.conversationId })
    } finally {
      await foyer.close()
    }
  }

  await talk([first], async (guest) => {
    await guest.arrive()
    await guest.send('under the first key', 'message-1')
  })

  await talk([second, first], async (guest, logs) => {
    await eventually('all is sealed anew', () => logs.some((line) => line.includes('"store-resealed"')))
    expect(textsOf(await guest.history())).toEqual(['under the first key'])
  })

  await talk([second], async (guest) => {
    expect((await guest.request('GET', '/api/session')).status).toBe(200)
    expect((await guest.history()).map(({ type }) => type)).not.toContain('notice')
    const events = guest.follow()
    await guest.send('under the second', 'message-2')
    await eventually('it is sent', () => stateOf(events, 'message-2') === 'sent')
    expect(textsOf(events)).toEqual(['under the first key', 'under the second'])
  })

  await talk([newKey()], async (guest) => {
    expect((await guest.request('GET', '/api/session')).status).toBe(401)
    await guest.arrive()
    expect(guest.conversationId).not.toBe(known.conversationId)
  })
})
