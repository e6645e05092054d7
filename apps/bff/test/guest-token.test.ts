import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, receiptsOf, stateOf, textsOf } from './support/guest.ts'
import { startBoth } from './support/start-foyer.ts'

async function start(...options: Parameters<typeof startBoth>) {
  const both = await startBoth(...options)
  const tokenRequests = async () => (await both.simulator.control.requests({ operation: 'token' })).length
  const upstreamId = async () => (await both.simulator.control.state()).conversations[0]?.id ?? ''
  return { ...both, tokenRequests, upstreamId }
}

describe('a scope that was not granted', () => {
  test('refuses the start, says what is missing, and leaves nothing behind', async () => {
    const { foyer, simulator } = await start({
      clients: [
        {
          id: 'eb2243d8-1bf4-4401-a290-45bfbbe7c828',
          secret: 'example-secret-not-real',
          allowedScopes: ['messaging:conversation:read', 'messaging:conversation:write'],
        },
      ],
    })
    const guest = new Guest(foyer.url)
    const { status, body } = await guest.json('POST', '/api/session', {})
    expect(status).toBe(502)
    expect(body).toMatchObject({
      code: 'guest-scope-missing',
      diagnosis: {
        cause: 'scope-missing',
        requested: ['messaging:conversation:write', 'messaging:guest:send'],
        granted: ['messaging:conversation:write'],
        missing: ['messaging:guest:send'],
      },
    })
    expect((body as { diagnosis: { fix: string[] } }).diagnosis.fix.length).toBeGreaterThan(0)
    expect(guest.cookie).toBeUndefined()
    expect((await simulator.control.state()).conversations).toEqual([])
    expect(foyer.logs.filter((line) => line.includes('"missing":["messaging:guest:send"]'))).toHaveLength(1)
  })

  test('is refused also when too little was asked for: the client default must not pass', async () => {
    const { foyer } = await start({}, { scopes: ['messaging:conversation:read'] })
    const { status, body } = await new Guest(foyer.url).json('POST', '/api/session', {})
    expect(status).toBe(502)
    expect(body).toMatchObject({
      code: 'guest-scope-missing',
      diagnosis: { missing: expect.arrayContaining(['messaging:guest:send']) },
    })
  })

  test('is told without the diagnosis where that is not to be shown', async () => {
    const { foyer } = await start({}, { scopes: ['messaging:conversation:read'], showDiagnosis: false })
    const { body } = await new Guest(foyer.url).json<object>('POST', '/api/session', {})
    expect(body).not.toHaveProperty('diagnosis')
    expect(JSON.stringify(body)).not.toContain('messaging:')
  })
})

describe('a scope that is revoked later', () => {
  test.each(['genesys', 'rfc6750', 'strings', 'bare'] as const)(
    'fails the message with the diagnosis, once (%s)',
    async (dialect) => {
      const { foyer, simulator } = await start({ insufficientScopeDialect: dialect })
      const guest = await new Guest(foyer.url).arrive()
      const events = guest.follow()
      await simulator.control.revokeScopes(['messaging:guest:send'])
      const { body } = await guest.send('kept')
      await eventually('failed', () => stateOf(events, body.messageId) === 'failed')
      expect(receiptsOf(events)[0]?.problem).toMatchObject({
        code: 'guest-scope-missing',
        diagnosis: { cause: 'scope-missing', missing: ['messaging:guest:send'] },
      })
      expect(await simulator.control.requests({ operation: 'send-message' })).toHaveLength(1)
      expect(textsOf(await guest.history())).toEqual(['kept'])
    },
  )

  test('works again when the guest retries after it was granted again', async () => {
    const { foyer, simulator } = await start()
    const guest = await new Guest(foyer.url).arrive()
    const events = guest.follow()
    const fault = await simulator.control.addFault({ name: 'forbidden-scope', match: { operation: 'send-message' } })
    const { body } = await guest.send('again')
    await eventually('failed', () => stateOf(events, body.messageId) === 'failed')
    await simulator.control.removeFault(fault.id)
    expect(await guest.send('again', body.messageId)).toMatchObject({ body: { state: 'pending' } })
    await eventually('sent', () => stateOf(events, body.messageId) === 'sent')
    expect(textsOf(events)).toEqual(['again'])
  })
})

describe('a short life', () => {
  test(
    '60 s of talking over tokens of 3 s: nothing lost, nothing doubled, no error',
    { timeout: 150_000 },
    async () => {
      const { foyer, simulator, upstreamId, tokenRequests } = await start({ guestTtlSeconds: 3 })
      const guest = await new Guest(foyer.url).arrive()
      const events = guest.follow()
      const id = await upstreamId()
      await simulator.control.joinAgent(id, 'Noor')
      const rounds = 200
      for (let round = 0; round < rounds; round++) {
        expect((await guest.send(`guest ${round}`)).status).toBe(202)
        await simulator.control.sendAgentMessage(id, `agent ${round}`)
        await delay(300)
      }
      await eventually('everything arrived', () => textsOf(events).length === 2 * rounds)
      await eventually('everything sent', () => receiptsOf(events).length === rounds)

      const texts = textsOf(events)
      const said = (by: string) => Array.from({ length: rounds }, (_, round) => `${by} ${round}`)
      expect(texts.filter((text) => text.startsWith('guest'))).toEqual(said('guest'))
      expect(texts.filter((text) => text.startsWith('agent'))).toEqual(said('agent'))
      expect(receiptsOf(events).every(({ state }) => state === 'sent')).toBe(true)
      expect(
        events.filter((event) => event.type === 'notice' || (event.type === 'connection' && event.state === 'down')),
      ).toEqual([])
      const sends = await simulator.control.requests({ operation: 'send-message' })
      expect(sends.every(({ status }) => status === 200)).toBe(true)
      // Renewed at half of 3 s, up to a tenth earlier: one request per 1.35 to 1.5 s, and the first.
      expect(await tokenRequests()).toBeGreaterThan(30)
      expect(await tokenRequests()).toBeLessThan(52)
    },
  )

  test('20 sends at the moment of expiry cause one refresh', async () => {
    const { foyer, simulator, tokenRequests } = await start()
    const guest = await new Guest(foyer.url).arrive()
    const events = guest.follow()
    await eventually('up', () => events.some((event) => event.type === 'connection' && event.state === 'up'))
    const before = await tokenRequests()
    await simulator.control.expireTokens()
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => guest.send(`message ${index}`)))
    expect(answers.every(({ status }) => status === 202)).toBe(true)
    await eventually('all sent', () => receiptsOf(events).length === 20)
    expect((await tokenRequests()) - before).toBe(1)
    expect(new Set(textsOf(events)).size).toBe(20)
  })

  test('a platform without refresh tokens is asked anew, and the grant tells how often', async () => {
    const { foyer, simulator } = await start({ issueRefreshToken: false, guestIdentity: 'hint' })
    const guest = await new Guest(foyer.url).arrive()
    await simulator.control.expireTokens()
    await guest.send('hello')
    const renewed = async () =>
      (await guest.json<{ refreshCount: number }>('GET', '/api/grant')).body.refreshCount === 1
    await eventually('renewed', renewed)
  })
})

test('two guests have two tokens', async () => {
  const { foyer, simulator } = await start()
  await new Guest(foyer.url).arrive()
  await new Guest(foyer.url).arrive()
  expect((await simulator.control.state()).livingTokens).toBe(2)
})

test('a wrong secret is told as such, and the secret is not', async () => {
  const { foyer } = await start({}, { clientSecret: 'a-wrong-secret-of-some-length' })
  const { status, body } = await new Guest(foyer.url).json('POST', '/api/session', {})
  expect(status).toBe(502)
  expect(body).toMatchObject({ code: 'platform-refused', diagnosis: { cause: 'client-secret-wrong' } })
  expect(JSON.stringify(body) + foyer.logs.join('')).not.toContain('a-wrong-secret')
})

test('a platform that is down is told as such; when it is back the session starts', async () => {
  const { foyer, simulator } = await start()
  const fault = await simulator.control.addFault({ name: 'service-unavailable', match: { operation: 'token' } })
  const refused = await new Guest(foyer.url).json('POST', '/api/session', {})
  expect(refused).toMatchObject({ status: 503, body: { code: 'platform-unavailable' } })
  await simulator.control.removeFault(fault.id)
  expect((await new Guest(foyer.url).json('POST', '/api/session', {})).status).toBe(201)
})
