import { expect, test } from 'vitest'
import { DEMO_DEPLOYMENT_ID, type SimulatorOptions } from '../src/options.ts'
import { FakeClock } from './fake-clock.ts'
import { simulatorFor } from './guest.ts'
import { connect } from './web-messaging-client.ts'

interface Page {
  entities: { id: string; text?: string; events?: { presence?: { type: string } }[]; channel: { time: string } }[]
  total: number
  pageCount: number
  code: string
}

async function talk(options: SimulatorOptions = {}, clock?: FakeClock) {
  const simulator = await simulatorFor(options, clock ? { clock } : {})
  const guest = await connect(simulator.url)
  await guest.configure()
  await guest.presence('Join')
  const { jwt, exp } = (await guest.ask({ action: 'getJwt' })).body as { jwt: string; exp: number }
  const read = async (query: string, bearer = jwt) => {
    const headers = { authorization: `bearer ${bearer}` }
    const response = await fetch(`${simulator.url}/api/v2/webmessaging/messages${query}`, { headers })
    return { status: response.status, headers: response.headers, page: (await response.json()) as Page }
  }
  return { simulator, guest, read, exp }
}

test('is told newest first, page by page, joining included, with the ids of the live frames', async () => {
  const { guest, read } = await talk()
  const echoes = [await guest.say('one'), await guest.say('two')]
  const first = await read('?pageNumber=1&pageSize=2')
  expect(first.page.entities.map(({ text }) => text)).toEqual(['two', 'one'])
  expect(first.page.entities[0]?.id).toBe(echoes[1]?.body.id)
  expect(first.page.entities[0]?.channel.time).toBe(echoes[1]?.body.channel.time)
  expect(first.page).toMatchObject({ total: 3, pageCount: 2 })
  const second = await read('?pageNumber=2&pageSize=2')
  expect(second.page.entities[0]?.events?.[0]?.presence?.type).toBe('Join')
  expect(await read('?pageNumber=9')).toMatchObject({ status: 200, page: { entities: [] } })
})

test('leaves out typing, echoes of pings, and an agent who only came and went', async () => {
  const { simulator, guest, read } = await talk()
  const id = (await simulator.control.state()).conversations[0]?.id ?? ''
  await simulator.control.joinAgent(id, 'Ingrid')
  await simulator.control.showAgentTyping(id, true)
  await simulator.control.leaveAgent(id)
  await guest.ask({ action: 'echo', message: { type: 'Text', text: 'ping' } })
  expect((await read('')).page.total).toBe(1)
})

test('has the end of the conversation', async () => {
  const { simulator, read } = await talk()
  const id = (await simulator.control.state()).conversations[0]?.id ?? ''
  await simulator.control.disconnectConversation(id, { readOnly: true })
  expect((await read('')).page.entities[0]?.events?.[0]?.presence?.type).toBe('Disconnect')
})

test('is closed to a token that is wrong or has expired, and to bad questions', async () => {
  const clock = new FakeClock()
  const { read, exp } = await talk({}, clock)
  expect(exp).toBe(Math.floor(clock.now() / 1000) + 60)
  expect((await read('', 'nonsense')).status).toBe(401)
  expect((await read('?pageNumber=0')).status).toBe(400)
  expect((await read('?pageSize=many')).status).toBe(400)
  clock.advance(61_000)
  expect((await read('')).status).toBe(401)
})

test('is told at most so often a minute', async () => {
  const { read } = await talk({ deployments: [{ id: DEMO_DEPLOYMENT_ID, limits: { historyPerMinute: 1 } }] })
  await read('')
  const refused = await read('')
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
})
