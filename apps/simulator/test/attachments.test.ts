import { describe, expect, test } from 'vitest'
import { DEMO_DEPLOYMENT_ID, type SimulatorOptions } from '../src/options.ts'
import { FakeClock } from './fake-clock.ts'
import { simulatorFor } from './guest.ts'
import { connect, type RawFrame, type WebMessagingClient } from './web-messaging-client.ts'

const png = { fileName: 'a.png', fileType: 'image/png', fileSize: 3 }
const deployment = (more: object): SimulatorOptions => ({ deployments: [{ id: DEMO_DEPLOYMENT_ID, ...more }] })

async function guestOf(options: SimulatorOptions = {}, clock?: FakeClock) {
  const simulator = await simulatorFor(options, clock ? { clock } : {})
  const guest = await connect(simulator.url)
  await guest.configure()
  return { simulator, guest }
}

const slotFor = (guest: WebMessagingClient, file: object = png): Promise<RawFrame> =>
  guest.ask({ action: 'onAttachment', errorsAsJson: true, ...file })

const put = ({ body }: RawFrame, bytes = 'png', headers: Record<string, string> = {}) =>
  fetch(String(body.url), {
    method: 'PUT',
    headers: { ...body.headers, 'content-type': 'image/png', ...headers },
    body: bytes,
  })

describe('a slot for a file', () => {
  test.each([
    ['of a kind that is not on the list', { ...png, fileType: 'image/tiff' }, 4001],
    ['with a blocked extension', { ...png, fileName: 'a.exe' }, 4001],
    ['that is too large', { ...png, fileSize: 5000 }, 4002],
    ['without an extension', { ...png, fileName: 'a' }, 4004],
    ['with a name that is too long', { ...png, fileName: `${'a'.repeat(1024)}.png` }, 4005],
    ['that is empty', { ...png, fileSize: 0 }, 4102],
  ])('is refused for one %s', async (_, file, code) => {
    const { guest } = await guestOf(deployment({ fileTypes: ['image/png'], maxFileSizeKB: 1 }))
    expect(await slotFor(guest, file)).toMatchObject({ class: 'GenerateUrlError', body: { errorCode: code } })
    expect(await guest.ask({ action: 'onAttachment', ...file })).toMatchObject({ class: 'string', code })
  })

  test('is refused where files are not offered', async () => {
    const { guest } = await guestOf(deployment({ fileTypes: [] }))
    expect((await slotFor(guest)).body.errorCode).toBe(4000)
  })

  test('has the id the client gave, or one of its own', async () => {
    const { guest } = await guestOf()
    expect((await slotFor(guest, { ...png, attachmentId: 'mine' })).body.attachmentId).toBe('mine')
    expect((await slotFor(guest)).body.attachmentId).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('the bytes of a file', () => {
  test('are taken with exactly the headers of the slot, once', async () => {
    const { guest } = await guestOf()
    const slot = await slotFor(guest)
    expect((await put(slot, 'png', { 'content-type': 'text/html' })).status).toBe(403)
    expect((await put(slot, 'png', { 'x-amz-tagging': 'role=agent' })).status).toBe(403)
    expect((await put(slot)).status).toBe(200)
    const { body } = await guest.nextOf('UploadSuccessEvent')
    expect(body.attachmentId).toBe(slot.body.attachmentId)
    expect(await (await fetch(body.downloadUrl)).text()).toBe('png')
    expect((await put(slot)).status).toBe(403)
  })

  test('are rejected when they are not what was declared, or when a look at them says so', async () => {
    const { simulator, guest } = await guestOf()
    await put(await slotFor(guest), 'longer than declared')
    expect((await guest.nextOf('UploadFailureEvent')).body.errorCode).toBe(4003)
    await simulator.control.addFault({ name: 'upload-failure', parameters: { errorCode: 4003 }, times: 1 })
    expect((await put(await slotFor(guest))).status).toBe(200)
    expect((await guest.nextOf('UploadFailureEvent')).body.errorCode).toBe(4003)
  })

  test('are had by a link that dies, and by a fresh one', async () => {
    const clock = new FakeClock()
    const { guest } = await guestOf(deployment({ downloadSeconds: 600 }), clock)
    const slot = await slotFor(guest)
    await put(slot)
    const { downloadUrl } = (await guest.nextOf('UploadSuccessEvent')).body
    clock.advance(601_000)
    expect((await fetch(downloadUrl)).status).toBe(404)
    const fresh = await guest.ask({ action: 'getAttachment', attachmentId: slot.body.attachmentId })
    expect(fresh.body).toMatchObject({ headers: {}, fileName: 'a.png', fileSize: 3, fileType: 'image/png' })
    expect((await fetch(fresh.body.url)).status).toBe(200)
  })
})

describe('a file', () => {
  test('goes with a message once it is there, in either form, and cannot be taken back then', async () => {
    const { guest } = await guestOf()
    const slot = await slotFor(guest)
    const { attachmentId } = slot.body
    const content = [{ contentType: 'Attachment', attachment: { id: attachmentId } }]
    expect(await guest.ask({ action: 'onMessage', message: { type: 'Text', content } })).toMatchObject({ code: 4010 })
    await put(slot)
    await guest.nextOf('UploadSuccessEvent')
    const echo = await guest.ask({ action: 'onMessage', message: { text: 'look' }, attachmentIds: [attachmentId] })
    expect(echo.body.content[0].attachment).toMatchObject({ id: attachmentId, mediaType: 'Image' })
    expect(await guest.ask({ action: 'deleteAttachment', attachmentId })).toMatchObject({ code: 4009 })
  })

  test('is answered by the demo bot as what it is', async () => {
    const clock = new FakeClock()
    const { guest } = await guestOf({ demoAgent: true }, clock)
    const slot = await slotFor(guest)
    await put(slot)
    await guest.nextOf('UploadSuccessEvent')
    const content = [{ contentType: 'Attachment', attachment: { id: slot.body.attachmentId } }]
    await guest.ask({ action: 'onMessage', message: { type: 'Text', content } })
    clock.advance(6_000)
    await guest.next(({ body }) => body.direction === 'Outbound' && String(body.text).includes('“a.png” has arrived'))
  })

  test('that was not sent can be taken back', async () => {
    const { guest } = await guestOf()
    const { attachmentId } = (await slotFor(guest)).body
    expect(await guest.ask({ action: 'deleteAttachment', attachmentId })).toMatchObject({
      class: 'AttachmentDeletedResponse',
      body: { attachmentId },
    })
    expect(await guest.ask({ action: 'getAttachment', attachmentId })).toMatchObject({ code: 4009 })
  })

  test('that lay about unsent for too long is gone', async () => {
    const clock = new FakeClock()
    const { guest } = await guestOf(deployment({ sessionDurationSeconds: 2_592_000 }), clock)
    const slot = await slotFor(guest)
    await put(slot)
    await guest.nextOf('UploadSuccessEvent')
    clock.advance(15 * 24 * 3_600_000 + 1)
    const { attachmentId } = slot.body
    const message = { type: 'Text', content: [{ contentType: 'Attachment', attachment: { id: attachmentId } }] }
    expect(await guest.ask({ action: 'onMessage', message })).toMatchObject({ class: 'string', code: 4008 })
    expect(await guest.ask({ action: 'getAttachment', attachmentId })).toMatchObject({ class: 'string', code: 4008 })
  })

  test('of another guest is unknown', async () => {
    const { simulator, guest } = await guestOf()
    const { attachmentId } = (await slotFor(guest)).body
    const other = await connect(simulator.url)
    await other.configure()
    expect(await other.ask({ action: 'deleteAttachment', attachmentId })).toMatchObject({ code: 4009 })
  })

  test('of an agent comes as content of a message', async () => {
    const { simulator, guest } = await guestOf()
    await guest.say('hello')
    const id = (await simulator.control.state()).conversations[0]?.id ?? ''
    await simulator.control.joinAgent(id, 'Ingrid')
    await simulator.control.sendAgentFile(id, { name: 'map.png', type: 'image/png', bytes: Buffer.from('map') })
    const { body } = await guest.next((frame) => frame.body.direction === 'Outbound')
    expect(body.content[0].attachment).toMatchObject({
      filename: 'map.png',
      fileSize: 3,
      mediaType: 'Image',
      mime: 'image/png',
    })
    expect(await (await fetch(body.content[0].attachment.url)).text()).toBe('map')
  })
})
