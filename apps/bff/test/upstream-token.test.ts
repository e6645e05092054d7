import { describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, receiptsOf, stateOf, textsOf } from './support/guest.ts'
import { CLIENT_ID, CLIENT_SECRET, SCOPES, startBoth } from './support/start-foyer.ts'

type Both = Awaited<ReturnType<typeof startBoth>>
const countOf = async ({ simulator }: Both, operation: string) =>
  (await simulator.control.requests({ operation })).length

async function arrive({ foyer }: Both) {
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  await eventually('up', () => events.some((event) => event.type === 'connection' && event.state === 'up'))
  return { guest, events }
}

test('R1 forty messages after every token expired: one token request, every message delivered once', async () => {
  const both = await startBoth()
  const { guest, events } = await arrive(both)
  const before = await countOf(both, 'token')
  await both.simulator.control.expireTokens()
  const texts = Array.from({ length: 40 }, (_, index) => `message ${index}`)
  const answers = await Promise.all(texts.map((text) => guest.send(text)))
  expect(answers.every(({ status }) => status === 202)).toBe(true)
  await eventually('all are sent', () => receiptsOf(events).length === 40)
  expect((await countOf(both, 'token')) - before).toBe(1)
  expect(textsOf(events).sort()).toEqual([...texts].sort())
})

test('R5 a platform that refuses every token: two message calls and two token calls at most', async () => {
  const both = await startBoth()
  const { guest, events } = await arrive(both)
  const tokens = await countOf(both, 'token')
  await both.simulator.control.addFault({ name: 'expired-token', match: { operation: 'send-message' } })
  const { body } = await guest.send('refused')
  await eventually('failed', () => stateOf(events, body.messageId) === 'failed')
  expect(await countOf(both, 'send-message')).toBeLessThanOrEqual(2)
  expect((await countOf(both, 'token')) - tokens).toBeLessThanOrEqual(2)
})

describe('R6 the operator’s error is not the guest’s end', () => {
  test('a secret that is wrong for a while costs no session: afterwards the same guest goes on', async () => {
    const both = await startBoth()
    const { control } = both.simulator
    const { guest, events } = await arrive(both)
    await control.changeOptions({ clients: [{ id: CLIENT_ID, secret: 'another-secret-for-a-while' }] })
    await control.expireTokens()
    const { body } = await guest.send('meanwhile')
    await eventually('failed', () => stateOf(events, body.messageId) === 'failed')
    expect((await guest.json('GET', '/api/session')).status).toBe(200)
    expect(await both.foyer.sample(refreshes('client-secret-wrong'))).toBeGreaterThan(0)

    await control.changeOptions({ clients: [{ id: CLIENT_ID, secret: CLIENT_SECRET }] })
    await guest.send('meanwhile', body.messageId)
    await eventually('sent', () => stateOf(events, body.messageId) === 'sent')
    expect(textsOf(events)).toEqual(['meanwhile'])
  })

  test('a token endpoint that is down costs no message either', async () => {
    const both = await startBoth()
    const { control } = both.simulator
    const { guest, events } = await arrive(both)
    const fault = await control.addFault({ name: 'service-unavailable', match: { operation: 'token' } })
    await control.expireTokens()
    await guest.send('kept')
    await eventually('told', () => events.some((event) => event.type === 'connection' && event.state === 'down'))
    expect((await guest.json('GET', '/api/session')).status).toBe(200)
    await control.removeFault(fault.id)
    await eventually('sent', () => receiptsOf(events).length === 1, 30_000)
    expect(textsOf(events)).toEqual(['kept'])
  })
})
const refreshes = (outcome: string) => `foyer_token_requests_total{grant="refresh_token",outcome="${outcome}"}`

test('R3 tokens of two seconds: messages flow, and there is at most one token request per token', async () => {
  const both = await startBoth({ guestTtlSeconds: 2 })
  const { guest, events } = await arrive(both)
  const startedMs = performance.now()
  for (let index = 0; performance.now() - startedMs < 5_000; index++) {
    await guest.send(`message ${index}`)
    await eventually('sent', () => receiptsOf(events).length === index + 1)
  }
  expect(receiptsOf(events).every(({ state }) => state === 'sent')).toBe(true)
  // Renewed at half of its life, a tenth sooner at the earliest.
  const most = 2 + (performance.now() - startedMs) / 900
  expect(await countOf(both, 'token')).toBeLessThanOrEqual(most)
})

describe('S3 the scopes that were granted are looked at before the session is opened', () => {
  test('one of two: no session, no cookie, no message call, counted', async () => {
    const clients = [{ id: CLIENT_ID, secret: CLIENT_SECRET, allowedScopes: [SCOPES[0] ?? ''] }]
    const both = await startBoth({ clients })
    const answer = await new Guest(both.foyer.url).request('POST', '/api/session', {})
    expect(answer.status).toBe(502)
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await countOf(both, 'send-message')).toBe(0)
    expect(await both.foyer.sample('foyer_guest_token_scope_missing_total')).toBe(1)
  })
})

test('S4 the token request asks for the configured scopes and nothing else; two sessions have two tokens', async () => {
  const both = await startBoth()
  await arrive(both)
  await arrive(both)
  const asked = await both.simulator.control.requests({ operation: 'token' })
  expect(asked.map(({ body }) => (body as { scope: string }).scope)).toEqual([SCOPES.join(' '), SCOPES.join(' ')])
  expect((await both.simulator.control.state()).livingTokens).toBe(2)
})
