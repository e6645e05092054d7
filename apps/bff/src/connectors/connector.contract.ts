import { startSimulator, type Simulator, type SimulatorOptions } from '@foyer/simulator/start-simulator'
import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { agentOf, connectTo, distinct, keep, Listening, refusalOf } from '../../test/support/connector-under-test.ts'
import type { Connector, ConnectorEvent } from './connector.ts'
import type { Cause } from './diagnosis/verdict.ts'

export interface ConnectorUnderTest {
  /** What the simulator is to offer, so that this connector meets what it is tested against. */
  readonly simulator?: SimulatorOptions
  /** A connector towards the platform at that origin. */
  connect(platformUrl: string): Connector
  /** The same with something wrong in how it was set up, and the cause it is to be refused for. */
  readonly refused: { readonly cause: Cause; connect(platformUrl: string): Connector }
  /** Takes from the guest what only the connector can mend: a token, or the line. */
  interrupt(simulator: Simulator): Promise<unknown>
}

type Capability = keyof Connector['capabilities']
type MessageOf = Extract<ConnectorEvent, { type: 'message' }>

/** What every connector must show against the simulator, whatever it speaks. What it cannot do by its own word is skipped. */
export function connectorContract(name: string, subject: ConnectorUnderTest): void {
  async function start() {
    const simulator = await startSimulator({ rateLimitPerMinute: 1_000_000, ...subject.simulator })
    onTestFinished(() => simulator.close())
    return { simulator, connector: connectTo(simulator, (url) => subject.connect(url)) }
  }

  /** A guest who was admitted and has a conversation. */
  async function arrive() {
    const { simulator, connector } = await start()
    const slot = keep(await connector.admit())
    const guest = connector.guest(slot)
    const upstreamId = await guest.startConversation({ name: 'Rosa', locale: 'en-US', attributes: { plan: 'Grüße' } })
    const listen = (cursor?: string) => new Listening(guest, upstreamId, cursor)
    const { platformId, cursor } = await begin(simulator, listen())
    return {
      simulator,
      connector,
      slot,
      guest,
      upstreamId,
      platformId,
      cursor,
      listen,
      agent: agentOf(simulator, platformId),
    }
  }

  /** A conversation is there for the agents once somebody listened to it; how far that one read is where others go on. */
  async function begin(simulator: Simulator, listening: Listening) {
    await listening.until(({ type }) => type === 'up')
    await expect.poll(async () => (await simulator.control.state()).conversations.length).toBe(1)
    await listening.stop()
    const [conversation] = (await simulator.control.state()).conversations
    return { platformId: conversation?.id ?? '', cursor: listening.cursor() }
  }

  /** Skips what the connector says it cannot do, and only that. */
  const needing = (capability: Capability, sentence: string, body: () => Promise<void>) =>
    test(sentence, async (context) => {
      const { connector } = await start()
      await connector.readSettings?.()
      if (!connector.capabilities[capability]) return context.skip(`${capability} is not for this connector`)
      return body()
    })

  describe(`${name}: admitting a guest`, () => {
    test('gives a credential that says what it allows, and until when; never a token', async () => {
      const { connector } = await start()
      const credential = await connector.admit()
      const grant = connector.describe(credential)
      expect(grant.missing).toEqual([])
      expect(grant.granted).toEqual(expect.arrayContaining([...grant.requested]))
      expect(Date.parse(grant.expiresAt)).toBeGreaterThan(Date.parse(grant.issuedAt))
      const secrets = Object.entries(credential).flatMap(([key, value]) => (/token$/i.test(key) ? [String(value)] : []))
      for (const secret of secrets) expect(JSON.stringify(grant)).not.toContain(secret)
    })

    test('gives a credential that can be kept as JSON', async () => {
      const { connector } = await start()
      const credential = await connector.admit()
      expect(JSON.parse(JSON.stringify(credential))).toEqual(credential)
    })

    test('is refused before the guest types when something is not set up, with steps that mend it', async () => {
      const { simulator } = await start()
      const refusal = await refusalOf(connectTo(simulator, (url) => subject.refused.connect(url)).admit())
      expect(refusal).toMatchObject({ code: subject.refused.cause, retryable: false })
      expect(refusal.verdict.fix.length).toBeGreaterThan(0)
    })

    test('is refused as something that may pass when the platform is not there', async () => {
      const { simulator, connector } = await start()
      await simulator.close()
      expect(await refusalOf(connector.admit())).toMatchObject({
        code: 'network',
        retryable: true,
        outcome: 'not-sent',
      })
    })
  })

  describe(`${name}: a conversation`, () => {
    test('begins upstream, with what the guest told of themselves', async () => {
      const { simulator, platformId } = await arrive()
      const { conversation } = await simulator.control.conversation(platformId)
      expect(conversation).toMatchObject({ guestName: 'Rosa', language: 'en-us', customAttributes: { plan: 'Grüße' } })
    })

    test('is up once it is listened to', async () => {
      const listening = (await arrive()).listen()
      await listening.until(({ type }) => type === 'up')
    })

    test('ends its events when its signal aborts', async () => {
      const listening = (await arrive()).listen()
      await listening.until(({ type }) => type === 'up')
      await listening.stop()
      expect(listening.events.map(({ type }) => type)).not.toContain('closed')
    })

    test('of another guest is not to be had', async () => {
      const { connector, upstreamId } = await arrive()
      const stranger = connector.guest(keep(await connector.admit()))
      const listening = new Listening(stranger, upstreamId)
      const closed = await listening.until((event) => event.type === 'closed')
      expect(closed).toMatchObject({ error: { code: 'conversation-not-found' } })
      const sending = refusalOf(listening.session.send({ messageId: randomUUID(), text: 'hello' }))
      expect((await sending).outcome).toBe('refused')
    })
  })

  describe(`${name}: what the guest says`, () => {
    test('arrives once, and comes back so that it can be told whose it is', async () => {
      const { simulator, platformId, listen } = await arrive()
      const listening = listen()
      const messageId = randomUUID()
      const answer = await listening.session.send({ messageId, text: 'Where is my order? 👋' })
      const echo = await listening.until((event): event is MessageOf => event.type === 'message')
      expect(echo).toMatchObject({ from: { role: 'guest' }, parts: [{ type: 'text', text: 'Where is my order? 👋' }] })
      expect([undefined, messageId]).toContain(echo.messageId)
      expect([undefined, echo.upstreamId]).toContain(answer.upstreamId)
      const { entities } = await simulator.control.conversation(platformId)
      expect(entities.flatMap(({ text }) => text ?? [])).toEqual(['Where is my order? 👋'])
    })

    test('does not leave when it was called off before', async () => {
      const { simulator, platformId, listen } = await arrive()
      const listening = listen()
      await listening.until(({ type }) => type === 'up')
      const message = { messageId: randomUUID(), text: 'never mind' }
      const calledOff = AbortSignal.abort(new Error('called off'))
      await expect(listening.session.send(message, calledOff)).rejects.toThrow('called off')
      const { entities } = await simulator.control.conversation(platformId)
      expect(entities.flatMap(({ text }) => text ?? [])).toEqual([])
    })

    test('keeps its order', async () => {
      const { listen } = await arrive()
      const listening = listen()
      const texts = Array.from({ length: 5 }, (_, index) => `message ${index}`)
      for (const text of texts) await listening.session.send({ messageId: randomUUID(), text })
      await listening.until(() => listening.texts().length === texts.length)
      expect(listening.texts()).toEqual(texts)
    })

    test('stands in the record after a cursor, whether anybody listened or not', async () => {
      const { listen } = await arrive()
      const { session } = listen()
      await session.send({ messageId: randomUUID(), text: 'one' })
      const [first] = await session.readRecord(undefined)
      await session.send({ messageId: randomUUID(), text: 'two' })
      const cursor = first && 'cursor' in first ? first.cursor : undefined
      expect(cursor).toBeDefined()
      const later = await session.readRecord(cursor)
      expect(later.at(-1)).toMatchObject({ type: 'message', parts: [{ text: 'two' }] })
    })

    needing('typing', 'is announced by typing', async () => {
      const { simulator, platformId, listen } = await arrive()
      await listen().session.typing(true)
      const isTyping = async () => (await simulator.control.conversation(platformId)).conversation.guestIsTyping
      await expect.poll(isTyping).toBe(true)
    })

    needing('typing', 'is not announced by typing no more', async () => {
      const { simulator, platformId, listen } = await arrive()
      await listen().session.typing(false)
      const { conversation } = await simulator.control.conversation(platformId)
      expect(conversation.guestIsTyping).toBe(false)
    })
  })

  describe(`${name}: what happens on the other side`, () => {
    needing('presence', 'arrives: somebody joins, says something, leaves', async () => {
      const { listen, agent } = await arrive()
      const listening = listen()
      await listening.until(({ type }) => type === 'up')
      await agent.join('Noor')
      await agent.say('Let me look.')
      await agent.leave()
      await listening.until((event) => event.type === 'participant' && event.change === 'left')
      expect(listening.told()).toMatchObject([
        { type: 'participant', change: 'joined', participant: { role: 'agent', name: 'Noor' } },
        { type: 'message', from: { role: 'agent', name: 'Noor' }, parts: [{ type: 'text', text: 'Let me look.' }] },
        { type: 'participant', change: 'left', participant: { role: 'agent', name: 'Noor' } },
      ])
    })

    test('is told of one participant under one id', async () => {
      const { listen, agent } = await arrive()
      const listening = listen()
      await agent.join('Noor')
      await agent.say('one')
      await listening.until(() => listening.texts().length === 1)
      const ids = listening.told().flatMap((event) => {
        return event.type === 'message' ? [event.from] : event.type === 'participant' ? [event.participant] : []
      })
      expect(new Set(ids.map(({ participantId }) => participantId)).size).toBe(1)
    })

    needing('typing', 'arrives: somebody is typing, where the platform tells', async () => {
      const { listen, agent, simulator } = await arrive()
      const listening = listen()
      await listening.until(({ type }) => type === 'up')
      await agent.join('Noor')
      // Who only looks now and then sees no typing, but what came of it.
      const isTold = (await simulator.control.options()).receive !== 'poll'
      if (isTold) await listening.attentive(() => agent.type())
      else await agent.type()
      await agent.say('Here it is.')
      await listening.until(() => listening.texts().includes('Here it is.'))
      const shown = listening.events.filter(({ type }) => type === 'typing').slice(0, 1)
      const typing = { type: 'typing', typing: true, participant: { role: 'agent', name: 'Noor' } }
      expect(shown).toMatchObject(isTold ? [typing] : [])
    })

    needing('structuredContent', 'arrives: choices, and the answer goes back as one', async () => {
      const { listen, agent, simulator, platformId } = await arrive()
      const listening = listen()
      await listening.until(({ type }) => type === 'up')
      await agent.join('Noor')
      const choice = { text: 'Track it', payload: 'track' }
      await agent.offer([{ contentType: 'QuickReply', quickReply: choice }], 'What now?')
      const offer = await listening.until((event): event is MessageOf => event.type === 'message')
      expect(offer.parts).toMatchObject([{ text: 'What now?' }, { type: 'quick-replies', replies: [choice] }])
      const reply = { kind: 'quick-replies' as const, to: 'm', upstreamId: offer.upstreamId, choices: [choice] }
      await listening.session.send({ messageId: randomUUID(), text: 'Track it', reply })
      const { entities } = await simulator.control.conversation(platformId)
      expect(entities.at(-1)).toMatchObject({ content: [{ buttonResponse: choice }] })
    })

    needing('attachments', 'arrives: files, both ways, byte for byte', async () => {
      const { listen, agent, simulator, platformId } = await arrive()
      const listening = listen()
      await listening.until(({ type }) => type === 'up')
      const bytes = Buffer.from('a map')
      await agent.join('Noor')
      await agent.hand({ name: 'map.txt', type: 'text/plain', bytes })
      const message = await listening.until((event): event is MessageOf => event.type === 'message')
      const [part] = message.parts
      const given = part?.type === 'attachment' ? part.attachment.attachmentId : ''
      const file = await listening.session.files?.download(given)
      expect(await new Response(file?.bytes).text()).toBe('a map')

      const attachment = { attachmentId: randomUUID(), name: 'back.txt', mediaType: 'text/plain', size: bytes.length }
      await listening.session.files?.upload({ ...attachment, bytes: ReadableStream.from([bytes]) })
      await listening.session.send({ messageId: randomUUID(), text: '', attachmentId: attachment.attachmentId })
      const { entities } = await simulator.control.conversation(platformId)
      expect(entities.at(-1)).toMatchObject({ content: [{ attachment: { filename: 'back.txt' } }] })
    })

    test('arrives: the end, and by whom', async () => {
      const { listen, agent } = await arrive()
      const listening = listen()
      await agent.join('Noor')
      await agent.end()
      const ended = await listening.until((event) => event.type === 'ended')
      expect(ended).toMatchObject({ by: 'agent', readOnly: true })
    })

    test('is all there after an absence, from the cursor on: nothing lost, nothing twice', async () => {
      const { listen, agent } = await arrive()
      const before = listen()
      await agent.join('Noor')
      for (const text of ['one', 'two']) await agent.say(text)
      await before.until(() => before.texts().length === 2)
      await before.stop()

      for (const text of ['three', 'four']) await agent.say(text)
      const after = listen(before.cursor())
      await agent.say('five')
      await after.until(() => after.texts().includes('five'))
      expect(distinct([...before.told(), ...after.told()])).toEqual(['one', 'two', 'three', 'four', 'five'])
    })

    test('is all there from the beginning when nothing is known of it', async () => {
      const { listen, agent } = await arrive()
      await agent.join('Noor')
      for (const text of ['one', 'two']) await agent.say(text)
      const listening = listen()
      await listening.until(() => listening.texts().length >= 2)
      expect(distinct(listening.told())).toEqual(['one', 'two'])
    })

    test('is all there however much it was', async () => {
      const { listen, agent } = await arrive()
      await agent.join('Noor')
      const texts = Array.from({ length: 230 }, (_, index) => `message ${index}`)
      for (const text of texts) await agent.say(text)
      const listening = listen()
      await listening.until(() => listening.texts().includes('message 229'))
      expect(distinct(listening.told())).toEqual(texts)
    })

    test('is there also where the cursor means nothing to the platform any more', async () => {
      const { listen, agent } = await arrive()
      await agent.join('Noor')
      await agent.say('one')
      const listening = listen('a-cursor-of-another-life')
      await listening.until(() => listening.texts().includes('one'))
    })

    test('arrives also after the guest was cut off', async () => {
      const { listen, agent, simulator } = await arrive()
      const listening = listen()
      await listening.until(({ type }) => type === 'up')
      await subject.interrupt(simulator)
      await agent.join('Noor')
      await agent.say('still there?')
      await listening.until(() => listening.texts().includes('still there?'))
      await listening.session.send({ messageId: randomUUID(), text: 'yes' })
    })
  })

  describe(`${name}: the end`, () => {
    needing('end', 'by the guest is the end upstream', async () => {
      const { simulator, platformId, listen } = await arrive()
      const listening = listen()
      await listening.session.end()
      expect((await simulator.control.conversation(platformId)).conversation.state).toBe('disconnected')
      await listening.until((event) => event.type === 'ended' || event.type === 'closed')
    })

    needing('clear', 'by clearing leaves nothing to be read, and nothing to be said', async () => {
      const { listen } = await arrive()
      const listening = listen()
      await listening.session.send({ messageId: randomUUID(), text: 'my secret' })
      await listening.session.clear?.()
      expect(await listening.until((event) => event.type === 'closed')).toEqual({ type: 'closed' })
      const refusal = await refusalOf(listening.session.send({ messageId: randomUUID(), text: 'too late' }))
      expect(refusal).toMatchObject({ code: 'conversation-ended', outcome: 'refused' })
    })

    test('leaves nothing to be said', async () => {
      const { listen, agent } = await arrive()
      const { session } = listen()
      await agent.join('Noor')
      await agent.end()
      const refusal = await refusalOf(session.send({ messageId: randomUUID(), text: 'too late' }))
      expect(refusal).toMatchObject({ code: 'conversation-ended', retryable: false, outcome: 'refused' })
    })

    test('of the guest’s stay takes the credential back', async () => {
      const { guest, listen } = await arrive()
      const { session } = listen()
      await guest.revoke()
      await guest.revoke()
      expect(session).toBeDefined()
    })
  })
}
