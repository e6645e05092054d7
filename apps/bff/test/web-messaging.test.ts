import { describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, messagesOf, stateOf, textsOf } from './support/guest.ts'
import { startBoth, startFoyer } from './support/start-foyer.ts'
import { makeFolder } from './support/stores.ts'
import { connectWebMessaging, DOT, loosePlatform } from './support/web-messaging.ts'

const connect = connectWebMessaging

async function start(deployment: object = {}) {
  const both = await startBoth(loosePlatform(deployment), { connect })
  const guest = await new Guest(both.foyer.url).arrive()
  const events = guest.follow()
  const { control } = both.simulator
  const conversation = () => eventually('a conversation', async () => (await control.state()).conversations[0])
  return { ...both, guest, events, control, id: (await conversation()).id }
}

const upload = (guest: Guest, name: string, body: string, headers: Record<string, string> = {}) =>
  guest.request('POST', `${guest.path}/attachments?name=${encodeURIComponent(name)}`, body, {
    'Content-Type': 'text/plain',
    ...headers,
  })

test('a guest and an agent talk, and the token stays on the server', async () => {
  const { guest, events, control, id, foyer } = await start()
  await control.joinAgent(id, 'Noor')
  const { body } = await guest.send('Hello')
  await eventually('it is taken', () => stateOf(events, body.messageId) === 'sent')
  await control.sendAgentMessage(id, 'Good morning')
  await eventually('it is answered', () => textsOf(events).includes('Good morning'))
  const frame = (await control.requests({ operation: 'webmessaging.configureSession' }))[0]
  expect(JSON.stringify(frame)).toContain('"token":"***"')
  const everything = [...guest.received, ...foyer.logs].join('\n')
  expect(everything).not.toMatch(/"token"|jwt/i)
})

test('a message is neither lost nor doubled when the BFF is stopped before its echo came', async () => {
  const { simulator } = await startBoth(loosePlatform(), { connect })
  const store = `${makeFolder()}/foyer.db`
  const secrets = [new Uint8Array(32).fill(7)]
  const first = await startFoyer(simulator.url, { connect, store, secrets })
  const guest = await new Guest(first.url).arrive()
  guest.follow()
  const { control } = simulator
  await eventually('a conversation', async () => (await control.state()).conversations[0])
  await control.addFault({ name: 'frames-dropped', match: { class: ['StructuredMessage'] } })
  await guest.send('only once')
  await eventually(
    'the platform has it',
    async () => (await control.state()).conversations[0]?.lastText === 'only once',
  )
  await first.close()
  await control.removeFaults()

  const second = await startFoyer(simulator.url, { connect, store, secrets })
  const again = new Guest(second.url)
  again.cookie = guest.cookie
  again.conversationId = guest.conversationId
  const events = again.follow()
  await eventually('it is known to be taken', () =>
    messagesOf(events).some(({ messageId }) => stateOf(events, messageId) === 'sent'),
  )
  const id = (await control.state()).conversations[0]?.id ?? ''
  const { entities } = await control.conversation(id)
  expect(entities.filter(({ text }) => text === 'only once')).toHaveLength(1)
  await second.close()
})

test('a session that expires ends the chat; what was being said says so, and a new chat can begin', async () => {
  const { guest, events, control } = await start()
  await eventually('it is up', () => events.some((event) => event.type === 'connection' && event.state === 'up'))
  await control.addFault({ name: 'session-expired', times: 1, match: { action: ['onMessage'] } })
  const { body } = await guest.send('too late')
  await eventually('it has ended', () =>
    events.some((event) => event.type === 'conversation' && event.state === 'ended'),
  )
  await eventually('the message says so', () => stateOf(events, body.messageId) === 'failed')
  const begun = await guest.request('POST', '/api/conversations')
  expect([begun.status, (await control.state()).conversations.length > 0]).toEqual([201, true])
})

test('an agent’s file can be had where guests may send none', async () => {
  const { guest, events, control, id } = await start({ fileTypes: [] })
  await control.joinAgent(id, 'Noor')
  await control.sendAgentFile(id, { name: 'map.txt', type: 'text/plain', bytes: Buffer.from('Pier 3') })
  const attachmentId = await eventually(
    'the file',
    () => /"attachmentId":"([^"]+)"/.exec(JSON.stringify(messagesOf(events)))?.[1],
  )
  expect(await guest.request('GET', `${guest.path}/attachments/${attachmentId}`)).toMatchObject({ status: 200 })
  expect((await upload(guest, 'notes.txt', 'mine')).status).toBeGreaterThanOrEqual(400)
})

test('the agent’s end closes the conversation; the next one is another', async () => {
  const { guest, events, control, id } = await start()
  await control.joinAgent(id, 'Noor')
  await control.sendAgentMessage(id, 'bye')
  await control.disconnectConversation(id, { readOnly: true })
  await eventually('it has ended', () =>
    events.some((event) => event.type === 'conversation' && event.state === 'ended'),
  )
  expect((await guest.send('too late')).status).toBe(409)
  const { body } = await guest.json<{ conversationId: string }>('POST', '/api/conversations')
  expect(body.conversationId).not.toBe(guest.conversationId)
  guest.conversationId = body.conversationId
  const later = guest.follow()
  await guest.send('a new matter')
  await eventually('it is said', () => textsOf(later).includes('a new matter'))
  await eventually('in a new conversation', async () => (await control.state()).conversations.length === 2)
  expect(textsOf(later)).not.toContain('bye')
})

test('clearing wipes the conversation on both sides', async () => {
  const { guest, events, control, id } = await start()
  const { body } = await guest.send('my secret')
  await eventually('it is taken', () => stateOf(events, body.messageId) === 'sent')
  expect((await guest.request('POST', `${guest.path}/clear`)).status).toBe(204)
  await eventually('it is told', () =>
    events.some((event) => event.type === 'conversation' && event.state === 'cleared'),
  )
  expect(JSON.stringify(await guest.history())).not.toContain('my secret')
  expect((await control.conversation(id)).conversation.state).toBe('disconnected')
})

test('what a platform cannot do is refused as such', async () => {
  const { guest } = await start({ conversationClear: false, fileTypes: [] })
  expect((await guest.request('POST', `${guest.path}/clear`)).status).toBe(501)
  expect((await upload(guest, 'a.txt', 'hello')).status).toBe(501)
})

describe('files', () => {
  test('go up, with a message, and come back as what nobody can run', async () => {
    const { guest, events, control, id } = await start()
    const uploaded = await upload(guest, 'page.html', '<script>alert(1)</script>', { 'Content-Type': 'text/html' })
    expect(uploaded.status).toBe(201)
    const attachment = (await uploaded.json()) as { attachmentId: string; name: string }
    expect(attachment).toMatchObject({ name: 'page.html', mediaType: 'text/html', size: 25 })
    const messageId = 'message-with-a-file'
    const sent = await guest.json('POST', `${guest.path}/messages`, { messageId, attachment })
    expect(sent.status).toBe(202)
    await eventually('it is taken', () => stateOf(events, messageId) === 'sent')
    const { entities } = await control.conversation(id)
    expect(entities.flatMap(({ content }) => content ?? [])).toMatchObject([{ attachment: { filename: 'page.html' } }])

    const download = await guest.request('GET', `${guest.path}/attachments/${attachment.attachmentId}`)
    expect(await download.text()).toBe('<script>alert(1)</script>')
    expect(download.headers.get('content-type')).toBe('application/octet-stream')
    expect(download.headers.get('content-disposition')).toMatch(/^attachment; filename\*=UTF-8''page\.html$/)
    expect(download.headers.get('content-security-policy')).toContain('sandbox')
  })

  test('that were not sent can be taken back', async () => {
    const { guest } = await start()
    const { attachmentId } = (await (await upload(guest, 'a.txt', 'hello')).json()) as { attachmentId: string }
    const path = `${guest.path}/attachments/${attachmentId}`
    expect((await guest.request('DELETE', path)).status).toBe(204)
    expect((await guest.request('GET', path)).status).toBe(404)
  })

  test('are refused before they go up where the limits forbid them', async () => {
    const { guest, control } = await start({ fileTypes: ['text/plain'], maxFileSizeKB: 1 })
    const refusals = [
      await upload(guest, 'a.png', 'x', { 'Content-Type': 'image/png' }),
      await upload(guest, 'a.txt', 'x'.repeat(2_000)),
      await upload(guest, 'a', 'x'),
    ]
    expect(refusals.map(({ status }) => status)).toEqual([422, 422, 422])
    expect(await control.requests({ operation: 'webmessaging.onAttachment' })).toEqual([])
  })

  test('need a name, a type and a size', async () => {
    const { guest } = await start()
    expect((await upload(guest, 'a/b.txt', 'x')).status).toBe(400)
    expect((await upload(guest, 'a.txt', 'x', { 'Content-Type': 'nonsense' })).status).toBe(415)
    expect((await upload(guest, 'a.txt', 'x', { 'Content-Encoding': 'gzip' })).status).toBe(415)
  })

  test('of others are not to be had', async () => {
    const { guest, foyer } = await start()
    const { attachmentId } = (await (await upload(guest, 'a.txt', 'hello')).json()) as { attachmentId: string }
    const stranger = await new Guest(foyer.url).arrive()
    expect((await stranger.request('GET', `${guest.path}/attachments/${attachmentId}`)).status).toBe(404)
    expect((await stranger.request('GET', `${stranger.path}/attachments/${attachmentId}`)).status).toBe(404)
  })

  test('whose link has died are fetched by a fresh one', async () => {
    const { guest, events, control, id } = await start({ downloadSeconds: 0.05 })
    await control.joinAgent(id, 'Noor')
    await control.sendAgentFile(id, { name: 'map.png', type: 'image/png', bytes: DOT })
    const part = await eventually('the file', () =>
      messagesOf(events)
        .flatMap(({ parts }) => parts)
        .find((one) => one.type === 'attachment'),
    )
    await new Promise((resolve) => setTimeout(resolve, 80))
    const download = await guest.request('GET', `${guest.path}/attachments/${part.attachment.attachmentId}`)
    expect(Buffer.from(await download.arrayBuffer())).toEqual(DOT)
    expect(download.headers.get('content-type')).toBe('image/png')
  })
})

test('the configuration tells what the deployment allows', async () => {
  const { guest } = await start({
    fileTypes: ['image/*'],
    maxFileSizeKB: 5,
    languages: ['de', 'en-us'],
    defaultLanguage: 'de',
  })
  const { body } = await guest.json<object>('GET', '/api/config')
  expect(body).toMatchObject({
    limits: { uploads: { types: ['image/*'], maxBytes: 5_000 } },
    languages: ['de', 'en-us'],
    features: { markdown: true },
    theme: { primaryColor: '#0B5C7A' },
  })
})
