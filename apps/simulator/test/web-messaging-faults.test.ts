import { describe, expect, test } from 'vitest'
import { DEMO_DEPLOYMENT_ID } from '../src/options.ts'
import { simulatorFor } from './guest.ts'
import { connect, refusedWith } from './web-messaging-client.ts'

async function talking() {
  const simulator = await simulatorFor()
  const guest = await connect(simulator.url)
  await guest.configure()
  await guest.presence('Join')
  const id = (await simulator.control.state()).conversations[0]?.id ?? ''
  await simulator.control.joinAgent(id, 'Ingrid')
  const say = (text: string) => simulator.control.sendAgentMessage(id, text)
  const heard = () =>
    guest.frames.flatMap(({ body }) => (body.direction === 'Outbound' && body.text ? [body.text] : []))
  return { ...simulator, guest, id, say, heard }
}

describe('frames to the guest', () => {
  test('come late, twice, in another order, or never', async () => {
    const { control, guest, say, heard } = await talking()
    const match = { class: ['StructuredMessage'] }
    await control.addFault({ name: 'frames-delayed', parameters: { delayMs: 60 }, match, times: 1 })
    await say('late')
    await say('early')
    await guest.next((frame) => frame.body.text === 'late')
    expect(heard()).toEqual(['early', 'late'])

    await control.addFault({ name: 'frames-duplicated', match, times: 1 })
    await say('twice')
    await expect.poll(heard).toEqual(['early', 'late', 'twice', 'twice'])

    const { id } = await control.addFault({ name: 'frames-reordered', match })
    await say('one')
    await say('two')
    await expect.poll(() => heard().slice(4)).toEqual(['two', 'one'])
    await control.removeFault(id)

    await control.addFault({ name: 'frames-dropped', match, times: 1 })
    await say('never')
    await say('after')
    await expect.poll(() => heard().slice(6)).toEqual(['after'])
  })

  test('say `response` where `message` is meant', async () => {
    const { control, guest, say } = await talking()
    await control.addFault({ name: 'frames-mistyped', match: { class: ['StructuredMessage'] }, times: 1 })
    await say('hello')
    expect((await guest.next((frame) => frame.body.text === 'hello')).type).toBe('response')
  })

  test('are cut off by the end of the socket: what was asked is done, and nobody says so', async () => {
    const { control, guest, id } = await talking()
    await control.addFault({
      name: 'socket-closed',
      parameters: { code: 1001 },
      match: { class: ['StructuredMessage'] },
      times: 1,
    })
    const closed = guest.closed()
    guest.send({ action: 'onMessage', message: { type: 'Text', text: 'taken' } })
    expect(await closed).toBe(1001)
    expect((await control.conversation(id)).entities.at(-1)?.text).toBe('taken')
  })
})

describe('frames of the guest', () => {
  test('are refused with any code, or over a limit', async () => {
    const { control, guest } = await talking()
    const match = { action: ['onMessage'] }
    await control.addFault({ name: 'frame-refused', parameters: { code: 5000 }, match, times: 1 })
    expect(await guest.say('one')).toMatchObject({ class: 'string', code: 5000 })
    await control.addFault({ name: 'frame-refused', parameters: { code: 429, retryAfterSeconds: 7 }, match, times: 1 })
    expect(await guest.say('two')).toMatchObject({ class: 'TooManyRequestsErrorMessage', body: { retryAfter: 7 } })
    expect((await guest.say('three')).body.text).toBe('three')
  })

  test('find the session gone', async () => {
    const { control, guest } = await talking()
    await control.addFault({ name: 'session-expired', times: 1 })
    guest.send({ action: 'getJwt' })
    await guest.nextOf('SessionExpiredEvent')
    expect(await guest.say('hello?')).toMatchObject({ class: 'string', code: 4006 })
  })
})

describe('sockets', () => {
  test('are refused, or never answered', async () => {
    const { url, control } = await simulatorFor()
    const path = `/v1?deploymentId=${DEMO_DEPLOYMENT_ID}`
    await control.addFault({ name: 'handshake-refused', times: 1 })
    expect(await refusedWith(url, path)).toBe(403)
    await control.addFault({ name: 'handshake-refused', parameters: { status: 503 }, times: 1 })
    expect(await refusedWith(url, path)).toBe(503)
    await connect(url)
  })

  test('are broken on demand, of one conversation or all', async () => {
    const { control, guest, id } = await talking()
    expect(await control.sockets()).toMatchObject([{ deploymentId: DEMO_DEPLOYMENT_ID, conversationId: id }])
    expect(await control.dropSockets({ conversationId: 'another' })).toBe(0)
    const closed = guest.closed()
    expect(await control.dropSockets({ conversationId: id })).toBe(1)
    expect(await closed).toBe(1006)
    await expect.poll(() => control.sockets()).toEqual([])
  })
})

test('what went over the socket is on record, without its tokens', async () => {
  const { control, guest } = await talking()
  await guest.ask({ action: 'getJwt' })
  const records = await control.requests()
  expect(records.map(({ method, operation }) => `${method} ${operation}`)).toEqual(
    expect.arrayContaining(['RECEIVED webmessaging.configureSession', 'SENT webmessaging.JwtResponse']),
  )
  expect(JSON.stringify(records)).not.toContain(guest.token)
  const jwt = guest.frames.find((frame) => frame.class === 'JwtResponse')?.body.jwt as string
  expect(JSON.stringify(records)).not.toContain(jwt)
})
