import { readSample, sampleNames } from '@foyer/shared/platform/samples'
import { describe, expect, test } from 'vitest'
import { DEMO_DEPLOYMENT_ID, type SimulatorOptions } from '../src/options.ts'
import type { Simulator } from '../src/start-simulator.ts'
import { FakeClock } from './fake-clock.ts'
import { simulatorFor } from './guest.ts'
import { shapeOf } from './resembles.ts'
import { connect, type RawFrame, type WebMessagingClient } from './web-messaging-client.ts'

/**
 * Every documented frame of the platform, brought about for real: same envelope and words, and every field of the sample
 * there with its type. (That there are no fields but those of samples, `checkFrame` sees to.)
 */
interface Scene {
  readonly simulator: Simulator
  readonly guest: WebMessagingClient
  readonly clock: FakeClock
  readonly sample: RawFrame
}
interface Play {
  readonly deployment?: object
  readonly act: (scene: Scene) => Promise<RawFrame | undefined>
}

const asks = (frame: object): Play => ({ act: ({ guest }) => guest.ask(frame) })
const says = (message: object): Play => asks({ action: 'onMessage', message })
const chooses = (type: string): Play =>
  says({
    type: 'Structured',
    text: 'A',
    content: [{ contentType: 'ButtonResponse', buttonResponse: { type, text: 'A', payload: 'a' } }],
  })
const presence = (type: string): Play => ({ act: ({ guest }) => guest.presence(type) })
const isEvent = (frame: RawFrame) => frame.body.events?.[0] !== undefined && frame.body.direction === 'Outbound'

async function conversationOf({ simulator, guest }: Scene): Promise<string> {
  await guest.presence('Join')
  return (await simulator.control.state()).conversations[0]?.id ?? ''
}

/** The sample's own words and content, said by whom it says. */
const hears: Play['act'] = async (scene) => {
  const { guest, simulator, sample } = scene
  const { text, content, originatingEntity: kind, channel } = sample.body
  const id = await conversationOf(scene)
  await simulator.control.joinAgent(id, channel.from.nickname ?? 'Somebody', { kind, image: channel.from.image })
  await (content ? simulator.control.sendAgentContent(id, content, text) : simulator.control.sendAgentMessage(id, text))
  const frame = await guest.next(({ body }) => body.direction === 'Outbound' && !body.events)
  expect(frame.body.content).toEqual(content)
  return frame
}
const outbound = (humanize = false): Play => ({ deployment: { humanize }, act: hears })

const typing = (isTyping: boolean): Play => ({
  deployment: { humanize: false },
  async act(scene) {
    const id = await conversationOf(scene)
    await scene.simulator.control.joinAgent(id, 'Ingrid')
    await scene.simulator.control.showAgentTyping(id, isTyping)
    return scene.guest.next(isEvent)
  },
})

const disconnect = (readOnly: boolean, kind: 'Bot' | 'Human'): Play => ({
  deployment: { humanize: false },
  async act(scene) {
    const id = await conversationOf(scene)
    await scene.simulator.control.joinAgent(id, 'Ingrid', { kind })
    await scene.simulator.control.disconnectConversation(id, { readOnly })
    return scene.guest.next(isEvent)
  },
})

const file = { action: 'onAttachment', errorsAsJson: true, fileName: 'a.png', fileType: 'image/png', fileSize: 3 }
async function upload({ guest }: Scene, body = 'png'): Promise<RawFrame> {
  const slot = await guest.ask(file)
  const headers = { ...slot.body.headers, 'content-type': 'image/png' }
  await fetch(String(slot.body.url), { method: 'PUT', headers, body })
  return guest.next((frame) => frame.class.startsWith('Upload'))
}
const attaches = (text: object): Play => ({
  async act(scene) {
    const { attachmentId: id } = (await upload(scene)).body
    const message = { type: 'Text', ...text, content: [{ contentType: 'Attachment', attachment: { id } }] }
    return scene.guest.ask({ action: 'onMessage', message })
  },
})
const attachmentMessage = (id: string) =>
  says({ type: 'Text', content: [{ contentType: 'Attachment', attachment: { id } }] })

async function signIn({ simulator: { url, control } }: Scene): Promise<string> {
  const code = await control.createSignInCode({ user: { id: 'maren', firstName: 'Maren', lastName: 'Dahl' } })
  const response = await fetch(`${url}/api/v2/webdeployments/token/oauthcodegrantjwtexchange`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ deploymentId: DEMO_DEPLOYMENT_ID, oauth: { code } }),
  })
  return ((await response.json()) as { jwt: string }).jwt
}
const configureAs = (guest: WebMessagingClient, code: string) =>
  guest.ask({ action: 'configureAuthenticatedSession', deploymentId: DEMO_DEPLOYMENT_ID, data: { code } })
const signedIn = (act: Play['act']): Play => ({
  deployment: { auth: { enabled: true, allowSessionUpgrade: true } },
  async act(scene) {
    await configureAs(scene.guest, await signIn(scene))
    return act(scene)
  },
})

const refusedBy = (code: number, message: string): Play => ({
  async act({ simulator, guest }) {
    await simulator.control.addFault({ name: 'frame-refused', parameters: { code, message }, times: 1 })
    return guest.ask({ action: 'getJwt' })
  },
})
const tooOften: Play = {
  deployment: { limits: { messagesPerSecond: 1 } },
  act: async ({ guest }) => (await guest.say('one'), guest.say('two')),
}

const plays: Readonly<Record<string, Play>> = {
  '01': { act: async ({ guest }) => guest.frames[0] },
  '02': { act: async ({ guest }) => guest.frames[0] },
  '03': { act: ({ guest }) => guest.configure() },
  '04': { act: async (scene) => (await disconnect(true, 'Human').act(scene), scene.guest.configure()) },
  '05': {
    async act(scene) {
      await disconnect(true, 'Human').act(scene)
      return scene.guest.ask({ action: 'closeSession', closeAllConnections: true })
    },
  },
  '06': {
    deployment: { auth: { enabled: true, allowSessionUpgrade: true } },
    async act(scene) {
      const elsewhere = await connect(scene.simulator.url)
      await configureAs(elsewhere, await signIn(scene))
      return configureAs(scene.guest, await signIn(scene))
    },
  },
  '07': { deployment: { fileTypes: [] }, act: async ({ guest }) => guest.frames[0] },
  '08': signedIn(async (scene) => configureAs(scene.guest, await signIn(scene))),
  '09': { act: ({ guest }) => guest.configure({ startNew: true }) },
  '10': says({ type: 'Text', text: 'Is the blue kayak still in stock?' }),
  '11': says({ type: 'Text', text: 'hello', metadata: { id: 'local-1' } }),
  '12': says({
    type: 'Text',
    text: 'hello',
    channel: { metadata: { customAttributes: { plan: 'gold', page: '/k/blue' } } },
  }),
  '13': attaches({ text: 'look' }),
  '14': attaches({}),
  '15': chooses('QuickReply'),
  '16': chooses('Button'),
  '17': says({
    type: 'Text',
    text: '',
    content: [
      {
        contentType: 'ButtonResponse',
        buttonResponse: { type: 'DatePicker', text: 'A', payload: 'a', originatingMessageId: 'b' },
      },
    ],
  }),
  '18': presence('Join'),
  '19': presence('Clear'),
  '20': asks({ action: 'echo', message: { type: 'Text', text: 'ping' } }),
  '21': asks({ action: 'echo', message: { type: 'Text', text: 'ping' } }),
  '30': outbound(),
  '31': outbound(true),
  '32': outbound(true),
  '33': outbound(),
  '34': outbound(),
  '35': outbound(),
  '36': outbound(),
  '37': outbound(),
  '38': outbound(),
  '39': outbound(),
  '40': outbound(),
  '41': outbound(),
  '42': outbound(),
  '43': outbound(),
  '50': typing(true),
  '52': typing(false),
  '53': disconnect(true, 'Bot'),
  '54': disconnect(false, 'Human'),
  '55': {
    deployment: { auth: { enabled: true, allowSessionUpgrade: true } },
    async act(scene) {
      await configureAs(scene.guest, await signIn(scene))
      return scene.guest.frames.find((frame) => frame.body.events?.[0]?.presence?.type === 'SignIn')
    },
  },
  '56': signedIn(({ guest }) => guest.say('Is the blue kayak still in stock?')),
  '60': asks({ action: 'getJwt' }),
  '61': asks({ action: 'getConfiguration', deploymentId: DEMO_DEPLOYMENT_ID }),
  '62': asks(file),
  '63': {
    async act(scene) {
      const { attachmentId } = (await upload(scene)).body
      return scene.guest.ask({ action: 'getAttachment', attachmentId })
    },
  },
  '64': { act: (scene) => upload(scene) },
  '65': { act: (scene) => upload(scene, 'too much') },
  '66': {
    async act(scene) {
      const { attachmentId } = (await upload(scene)).body
      return scene.guest.ask({ action: 'deleteAttachment', attachmentId })
    },
  },
  '67': { deployment: { fileTypes: ['image/gif'] }, ...asks(file) },
  '69': asks({ ...file, fileName: `${'a'.repeat(1024)}.png` }),
  '70': asks({ ...file, fileSize: 0 }),
  '71': { act: async ({ guest }) => (await guest.presence('Clear'), guest.nextOf('SessionClearedEvent')) },
  '72': { act: async ({ guest }) => (await guest.presence('Clear'), guest.nextOf('ConnectionClosedEvent')) },
  '73': signedIn(async (scene) => {
    await configureAs(await connect(scene.simulator.url), await signIn(scene))
    return scene.guest.nextOf('ConnectionClosedEvent')
  }),
  '74': { act: async ({ guest, clock }) => (clock.advance(259_201_000), guest.nextOf('SessionExpiredEvent')) },
  '75': signedIn(async (scene) => {
    const headers = { authorization: `bearer ${await signIn(scene)}` }
    await fetch(`${scene.simulator.url}/api/v2/webdeployments/token/revoke`, { method: 'DELETE', headers })
    return scene.guest.nextOf('LogoutEvent')
  }),
  '76': asks({ action: 'resumeToken' }),
  '80': asks({ action: 'configureSession', deploymentId: 'another' }),
  '81': asks({ action: 'fly' }),
  '82': {
    deployment: { auth: { enabled: true } },
    act: async ({ simulator }) => configureAs(await connect(simulator.url), 'stale'),
  },
  '83': {
    deployment: { showUserTypingIndicator: false },
    ...says({ type: 'Event', events: [{ eventType: 'Typing', typing: { type: 'On' } }] }),
  },
  '84': { deployment: { conversationClear: false }, ...presence('Clear') },
  '85': signedIn(async ({ guest, clock }) => (clock.advance(86_401_000), guest.say('hello?'))),
  '86': refusedBy(403, 'Try to authenticate again'),
  '87': refusedBy(404, 'Not found'),
  '88': { act: async (scene) => (await disconnect(true, 'Human').act(scene), scene.guest.say('more')) },
  '89': {
    async act({ guest, clock }) {
      clock.advance(259_201_000)
      await guest.nextOf('SessionExpiredEvent')
      return guest.say('hello?')
    },
  },
  '90': { act: async ({ simulator }) => (await connect(simulator.url)).say('hello') },
  '91': {
    deployment: { sessionDurationSeconds: 2_592_000 },
    async act(scene) {
      const { attachmentId } = (await upload(scene)).body
      scene.clock.advance(15 * 24 * 3_600_000 + 1)
      return attachmentMessage(attachmentId).act(scene)
    },
  },
  '92': attachmentMessage('unknown'),
  '93': { act: async (scene) => attachmentMessage((await scene.guest.ask(file)).body.attachmentId).act(scene) },
  '94': says({ type: 'Text', text: 'x'.repeat(5000) }),
  '95': says({ type: 'Text', text: 'x', channel: { metadata: { customAttributes: { k: 'v'.repeat(2048) } } } }),
  '96': signedIn(({ guest }) => guest.configure()),
  '97': refusedBy(5000, 'Unexpected error'),
  '98': tooOften,
}

/** Frames the platform may send and the simulator does not. */
const unsent: Readonly<Record<string, string>> = {
  '51': 'typing without a duration: the simulator says how long',
  '57': 'a prompt to sign in: in the schema, and seen nowhere',
  '58': 'co-browsing is not for a chat without a widget',
  '59': 'video is not for a chat without a widget',
  '68': 'the error of 67 in another envelope: the simulator sends the documented one',
  '99': 'fields of the schema that live samples lack',
}

const fixed = ({ type, class: name, code, body }: RawFrame) => ({
  ...{ type, name, code },
  ...{ form: body.type, direction: body.direction, origin: body.originatingEntity },
  ...{ event: body.events?.[0]?.eventType, presence: body.events?.[0]?.presence?.type },
  ...{ connected: body.connected, newSession: body.newSession, readOnly: body.readOnly },
})
/** The map a client or an upload fills as it likes; the first of several pieces stands for all. */
const isOwn = (path: string) => /customAttributes\.|headers\./.test(path)

describe('a documented frame', () => {
  const names = sampleNames('web-messaging').filter((name) => name.startsWith('s2c-'))
  test.each(names.filter((name) => !(name.slice(4, 6) in unsent)))('%s is sent like that', async (name) => {
    const sample = readSample('web-messaging', name) as RawFrame
    const play = plays[name.slice(4, 6)]
    if (!play) throw new Error(`nothing brings about ${name}`)
    const clock = new FakeClock()
    const options: SimulatorOptions = { deployments: [{ id: DEMO_DEPLOYMENT_ID, ...play.deployment }] }
    const simulator = await simulatorFor(options, { clock })
    const guest = await connect(simulator.url)
    if (!['82', '90'].includes(name.slice(4, 6))) await guest.configure()
    const frame = await play.act({ simulator, guest, clock, sample })
    if (!frame) throw new Error('no frame came')
    expect(fixed(frame)).toEqual(fixed(sample))
    if (sample.class === 'string') expect(frame.body).toBe(sample.body)
    const shape = shapeOf(frame)
    const missing = [...shapeOf(sample)].filter(([path, type]) => !isOwn(path) && shape.get(path) !== type)
    expect(missing).toEqual([])
  })

  test('that is never sent is one there is', () => {
    expect(names.map((name) => name.slice(4, 6))).toEqual(expect.arrayContaining(Object.keys(unsent)))
  })
})
