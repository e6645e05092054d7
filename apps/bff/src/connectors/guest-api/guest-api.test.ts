import { DEFAULT_SCOPES } from '@foyer/shared/platform/guest-api'
import { startSimulator, type SimulatorOptions } from '@foyer/simulator/start-simulator'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startHttpServer } from '../../../test/support/http-server.ts'
import { Secret } from '../../secret.ts'
import { silentLogger } from '../../../test/support/loggers.ts'
import { createTestMetrics } from '../../../test/support/metrics.ts'
import { systemClock } from '../../clock.ts'
import { connectorContract } from '../connector.contract.ts'
import { createGuestApiConnector, type GuestApiOptions } from './connector.ts'

const CLIENT_ID = 'eb2243d8-1bf4-4401-a290-45bfbbe7c828'
const SECRET = 'example-secret-not-real'

const connect = (origin: string, change: Partial<GuestApiOptions> = {}) =>
  createGuestApiConnector({
    ...{ origin, clientId: CLIENT_ID, clientSecret: new Secret(SECRET), scopes: DEFAULT_SCOPES, clock: systemClock },
    ...{ logger: silentLogger, metrics: createTestMetrics().metrics, ...change },
  })

for (const receive of ['stream', 'wait', 'poll'] as const) {
  connectorContract(`guest API over ${receive}`, {
    simulator: { receive },
    connect,
    refused: { cause: 'scope-missing', connect: (origin) => connect(origin, { scopes: DEFAULT_SCOPES.slice(0, 1) }) },
    interrupt: (simulator) => simulator.control.expireTokens(),
  })
}

describe('whatever dialect of the contract the platform speaks', () => {
  const dialects: [string, SimulatorOptions][] = [
    ['an answer of 201', { createStatus: 201 }],
    ['an answer of 202', { createStatus: 202 }],
    ['messages as the agent’s side has them', { sendAnswer: 'messageData' }],
    ['no body', { sendAnswer: 'empty' }],
    ['no refresh token', { issueRefreshToken: false }],
  ]

  test.each(dialects)('a guest can say something: %s', async (_, options) => {
    const simulator = await startSimulator(options)
    const connector = connect(simulator.url)
    onTestFinished(async () => {
      await connector.close()
      await simulator.close()
    })
    const credential = await connector.admit()
    const guest = connector.guest({ read: async () => credential, write: async () => undefined })
    const upstreamConversationId = await guest.startConversation({})
    const session = guest.openConversation({ upstreamConversationId, signal: AbortSignal.timeout(10_000) })
    const { upstreamId } = await session.send({ messageId: crypto.randomUUID(), text: 'hello' })
    const [echo] = await session.readRecord(undefined)
    expect(echo).toMatchObject({ type: 'message', parts: [{ type: 'text', text: 'hello' }] })
    if (options.sendAnswer !== 'empty') expect(echo).toMatchObject({ upstreamId })
  })
})

test('R7 a guest who arrives is answered in time, though the platform does not answer', async () => {
  const platform = await startHttpServer(() => undefined)
  const connector = connect(platform.origin, { limits: { wholeMs: 100 } })
  onTestFinished(() => connector.close())
  const refusal = { code: 'network', verdict: { evidence: { code: 'DEADLINE' } } }
  await expect(connector.admit()).rejects.toMatchObject(refusal)
})

test('S53 what nobody can read of the platform’s list is counted, and the rest is told', async () => {
  const said = { id: 'up-1', direction: 'outbound', text: 'hello' }
  const events = [{ eventType: 'Telepathy' }]
  const entities = [{ nonsense: true }, said, { id: 'up-2', direction: 'outbound', type: 'Event', events }]
  const token = { access_token: 'example-token', token_type: 'bearer', expires_in: 900 }
  const platform = await startHttpServer((response, { path }) => {
    const isFirst = !path.includes('after=')
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(path.endsWith('/token') ? token : { entities: isFirst ? entities : [] }))
  })
  const { metrics, sample } = createTestMetrics()
  const connector = connect(platform.origin, { metrics })
  onTestFinished(() => connector.close())
  const credential = await connector.admit()
  const guest = connector.guest({ read: async () => credential, write: async () => undefined })
  const signal = AbortSignal.timeout(10_000)
  const record = await guest.openConversation({ upstreamConversationId: 'c-1', signal }).readRecord(undefined)
  expect(record).toMatchObject([{ type: 'message', upstreamId: 'up-1' }])
  const ignored = (kind: string) => sample(`foyer_upstream_ignored_total{connector="guest-api",kind="${kind}"}`)
  expect([await ignored('entity'), await ignored('event'), await ignored('line')]).toEqual([1, 1, 0])
})
