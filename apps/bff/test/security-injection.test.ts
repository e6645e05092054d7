import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, messagesOf, textsOf } from './support/guest.ts'
import { exchange, IMPATIENT } from './support/raw-socket.ts'
import { startBoth } from './support/start-foyer.ts'
import { connectWebMessaging, DOT, loosePlatform } from './support/web-messaging.ts'

const HOSTILE = [
  'a\r\n\nevent: x\ndata: y\u2028z',
  'data: {"type":"message"}\n\nid: 999999\n\n',
  '\u2029\u0085\u000b\u000c\n\n: comment\n\nretry: 1\n\n',
  '</script><script>alert(1)</script>',
  '%0d%0aSet-Cookie:%20a=b',
]

test('S42 a text is one event with that text, whatever it would be elsewhere', async () => {
  const { foyer } = await startBoth()
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  for (const text of HOSTILE) expect((await guest.send(text)).status).toBe(202)
  await eventually('all came', () => messagesOf(events).length >= HOSTILE.length)
  expect(textsOf(events)).toEqual(HOSTILE)

  const stream = await guest.request('GET', `${guest.path}/events`)
  const reader = (stream.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader()
  let written = ''
  while ((written.match(/^event: message$/gm) ?? []).length < HOSTILE.length)
    written += (await reader.read()).value ?? ''
  await reader.cancel()
  expect(written.match(/^event: (?!message|receipt|connection)/gm)).toBeNull()
  expect(written).not.toMatch(/^retry|^id: 999999|^: comment/m)
  for (const line of written.split('\n')) expect(line).toMatch(/^$|^:|^(id|event|data): /)
})

test('S42 nothing of a request becomes a header of the answer', async () => {
  const { foyer } = await startBoth({}, { server: IMPATIENT })
  const { host } = new URL(foyer.url)
  const injected = '%0d%0aX-Injected:%20CANARY'
  const targets = [
    ...[`/${injected}`, `/api/${injected}`, `/assets/${injected}`, `/?${injected}`, `/api/session?a=${injected}`],
    ...[`/api/conversations/${injected}/messages`, '/\u0085X-Injected: CANARY', '/%E5%98%8A%E5%98%8DX-Injected'],
  ]
  for (const target of targets) {
    const head = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${foyer.url}\r\nX-CSRF: 1\r\n`
    const answer = await exchange(foyer.url, `${head}X-Request-Id: CANARY\r\nConnection: close\r\n\r\n`)
    const [headers = ''] = answer.split('\r\n\r\n', 1)
    expect(headers).not.toMatch(/X-Injected|CANARY/)
  }
})

test('S42 the name of an agent’s file stays a name, however it is spelt', async () => {
  const { foyer, simulator } = await startBoth(loosePlatform(), { connect: connectWebMessaging })
  const { control } = simulator
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const { id } = await eventually('a conversation', async () => (await control.state()).conversations[0])
  await control.joinAgent(id, 'Noor')
  const name = 'a"; filename=evil.html; x=\'*() 文件.png'
  await control.sendAgentFile(id, { name, type: 'image/png', bytes: DOT })
  const part = await eventually('the file', () =>
    messagesOf(events)
      .flatMap(({ parts }) => parts)
      .find((one) => one.type === 'attachment'),
  )
  const answer = await guest.request('GET', `${guest.path}/attachments/${part.attachment.attachmentId}`)
  const disposition = answer.headers.get('Content-Disposition') ?? ''
  expect(disposition).toMatch(/^attachment; filename\*=UTF-8''[A-Za-z0-9%._~!#$&+^`|-]+$/)
  expect(decodeURIComponent(disposition.split("''")[1] ?? '')).toBe(name)
})

test('S30, S31 a file is served as what it is, never as what somebody says, and not taken as what it is not', async () => {
  const { foyer, simulator } = await startBoth(loosePlatform(), { connect: connectWebMessaging })
  const { control } = simulator
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const { id } = await eventually('a conversation', async () => (await control.state()).conversations[0])
  await control.joinAgent(id, 'Noor')
  const page = Buffer.from('<!doctype html><script>alert(document.domain)</script>')
  for (const type of ['text/html', 'image/svg+xml', 'image/png', 'text/javascript']) {
    await control.sendAgentFile(id, { name: `page of ${type.replace('/', ' ')}`, type, bytes: page })
  }
  const files = await eventually('the files', () => {
    const parts = messagesOf(events).flatMap((message) => message.parts)
    const found = parts.flatMap((part) => (part.type === 'attachment' ? [part.attachment] : []))
    return found.length === 4 && found
  })
  for (const { attachmentId } of files) {
    const answer = await guest.request('GET', `${guest.path}/attachments/${attachmentId}`)
    expect(answer.headers.get('Content-Type')).toBe('application/octet-stream')
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(answer.headers.get('Content-Disposition')).toMatch(/^attachment/)
    expect(answer.headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; sandbox; frame-ancestors/)
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(page)
  }

  const large = Buffer.concat([page, Buffer.alloc(5_000_000, ' ')])
  const disguised = await guest.request('POST', `${guest.path}/attachments?name=a.png`, large, {
    'Content-Type': 'image/png',
  })
  expect(disguised.status).toBe(422)
  expect(await disguised.json()).toMatchObject({ code: 'attachment-refused', fileRefusal: 'content' })
  expect(await control.requests({ operation: 'webmessaging.onAttachment' })).toEqual([])
})

test('S38 a file the platform breaks off is broken off, and holds no word about it', async () => {
  const { foyer, simulator } = await startBoth(loosePlatform(), { connect: connectWebMessaging })
  const { control } = simulator
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const { id } = await eventually('a conversation', async () => (await control.state()).conversations[0])
  await control.joinAgent(id, 'Noor')
  await control.sendAgentFile(id, { name: 'long.txt', type: 'text/plain', bytes: Buffer.alloc(100_000, 'a') })
  const part = await eventually('the file', () =>
    messagesOf(events)
      .flatMap(({ parts }) => parts)
      .find((one) => one.type === 'attachment'),
  )
  const read = () => guest.request('GET', `${guest.path}/attachments/${part.attachment.attachmentId}`)
  const cut = (afterBytes: number) =>
    control.addFault({
      name: 'cut-body',
      parameters: { afterBytes },
      times: 1,
      match: { operation: 'webmessaging.download' },
    })

  await cut(50_000)
  const broken = await read()
  expect(broken.status).toBe(200)
  let text = ''
  const reading = (async () => {
    for await (const chunk of broken.body ?? []) text += Buffer.from(chunk).toString()
  })()
  await expect(reading).rejects.toThrow()
  expect(text).toMatch(/^a+$/)

  await cut(10)
  expect((await read()).status).toBe(503)
  expect((await (await read()).text()).length).toBe(100_000)
})
