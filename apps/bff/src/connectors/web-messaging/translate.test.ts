import { readSample } from '@foyer/shared/platform/samples'
import { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'
import { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { translate, withMessageId } from './translate.ts'

function bodyOf(sample: string): NormalizedMessage {
  const frame = v.parse(ServerFrame, readSample('web-messaging', sample))
  if (frame.class !== 'StructuredMessage') throw new Error('not a message')
  return frame.body
}
const body = (more: object): NormalizedMessage =>
  v.parse(NormalizedMessage, { id: 'their-id', type: 'Text', direction: 'Outbound', ...more })
const skipper = { name: 'Skipper', image: 'https://img.example/skipper.png' }

describe('who speaks', () => {
  const from = (more: object, bot?: typeof skipper) => {
    const [event] = translate(body({ text: 'x', ...more }), bot)
    return event?.type === 'message' ? event.from : undefined
  }

  test.each([
    [
      'a bot with name and picture',
      's2c-32-outbound-text-bot-humanized.json',
      { role: 'bot', name: 'Skipper', image: 'https://media.harborlane.example/bot.png' },
    ],
    ['a bot without a name', 's2c-30-outbound-text-bot.json', { participantId: 'bot:', role: 'bot' }],
    ['an agent', 's2c-31-outbound-text-agent.json', { role: 'agent' }],
    ['the guest', 's2c-10-echo-text.json', { participantId: 'guest', role: 'guest' }],
  ])('%s (%s)', (_who, sample, participant) => {
    expect(translate(bodyOf(sample))).toMatchObject([{ type: 'message', from: participant }])
  })

  test('a bot without a name is the one the deployment presents; an agent is not', () => {
    expect(from({ originatingEntity: 'Bot' }, skipper)).toMatchObject({ role: 'bot', ...skipper })
    expect(from({ originatingEntity: 'Human' }, skipper)).toEqual({ participantId: 'agent:', role: 'agent' })
  })

  test('names are told in full, cut, and never as broken text', () => {
    const name = { firstName: 'Noor', lastName: 'de Vries' }
    expect(from({ channel: { from: name } })).toMatchObject({ name: 'Noor de Vries' })
    expect(from({ channel: { from: { ...name, nickname: 'Noor' } } })).toMatchObject({ name: 'Noor' })
    expect(from({ channel: { from: { nickname: `${'x'.repeat(127)}👋` } } })?.name).toBe(`${'x'.repeat(127)}\ufffd`)
  })

  test.each(['javascript:alert(1)', 'data:image/png;base64,x', 'no address'])('a picture at %s is none', (image) => {
    expect(from({ channel: { from: { nickname: 'Noor', image } } })).not.toHaveProperty('image')
  })
})

describe('what the guest said', () => {
  test('is known by our id, and by theirs: the same live and in the record', () => {
    const echo = { direction: 'Inbound', text: 'hi', metadata: { id: 'message-1' }, channel: { messageId: 'theirs' } }
    expect(translate(body(echo))).toMatchObject([{ messageId: 'message-1', upstreamId: 'theirs' }])
    expect(translate(body({ ...echo, channel: {} }))).toMatchObject([{ upstreamId: 'their-id' }])
  })

  test('has our id from the tracing id where the platform keeps none; an agent’s words never have', () => {
    const inbound = body({ direction: 'Inbound', text: 'hi' })
    expect(translate(withMessageId(inbound, 'message-1'))).toMatchObject([{ messageId: 'message-1' }])
    const own = body({ direction: 'Inbound', text: 'hi', metadata: { id: 'message-2' } })
    expect(translate(withMessageId(own, 'message-1'))).toMatchObject([{ messageId: 'message-2' }])
    expect(translate(withMessageId(body({ text: 'hi' }), 'message-1'))).toMatchObject([{ messageId: undefined }])
    expect(withMessageId(inbound, undefined)).toBe(inbound)
  })

  test.each([
    ['s2c-15-echo-quick-reply.json', 'text'],
    ['s2c-16-echo-card-button.json', 'text'],
    ['s2c-17-echo-date-picker.json', 'text'],
  ])('what they chose is words, not choices to be offered (%s)', (sample, type) => {
    const [event] = translate(bodyOf(sample))
    expect(event?.type === 'message' && event.parts).toEqual([{ type, text: expect.stringMatching(/./) as string }])
  })

  test('several choices, and the answers of a form, are told one after the other', () => {
    const button = (text: string) => ({
      contentType: 'ButtonResponse',
      buttonResponse: { type: 'ListPicker', text, payload: text },
    })
    const form = { response: [{ id: 'a', component: button('Rosa') }] }
    const content = [button('Paddle'), button('Spray deck'), { contentType: 'Form', form }]
    expect(translate(body({ direction: 'Inbound', type: 'Structured', content }))).toMatchObject([
      { parts: [{ type: 'text', text: 'Paddle, Spray deck, Rosa' }] },
    ])
  })
})

describe('what happens', () => {
  test.each([
    ['s2c-50-event-typing-on.json', { type: 'typing', typing: true }],
    ['s2c-51-event-typing-on-default.json', { type: 'typing', typing: true, durationMs: 5_000 }],
    ['s2c-52-event-typing-off.json', { type: 'typing', typing: false }],
    ['s2c-53-event-disconnect-read-only.json', { type: 'ended', by: 'system', readOnly: true }],
    ['s2c-54-event-disconnect-send.json', { type: 'participant', change: 'left' }],
    [
      's2c-55-event-sign-in.json',
      { type: 'participant', change: 'joined', participant: { role: 'guest', name: 'Maren Dahl' } },
    ],
  ])('%s is told', (sample, event) => expect(translate(bodyOf(sample))).toMatchObject([event]))

  test.each([
    's2c-18-echo-presence-join.json',
    's2c-19-echo-presence-clear.json',
    's2c-57-event-authenticate-prompt.json',
    's2c-58-event-cobrowse-offering.json',
    's2c-59-event-video-offering.json',
    'tolerance-03-unknown-event-type.json',
    'tolerance-09-receipt.json',
  ])('%s says nothing to a guest', (sample) => expect(translate(bodyOf(sample))).toEqual([]))

  test.each([
    [{ duration: 2_000 }, 2_000],
    [{ durationMs: 3_000 }, 3_000],
    [{ duration: -1 }, 5_000],
    [{ duration: 1e9 }, 5_000],
  ])('typing %j is shown for %i ms', (typing, durationMs) => {
    const events = [{ eventType: 'Typing', typing: { type: 'On', ...typing } }]
    expect(translate(body({ type: 'Event', events }))).toMatchObject([{ durationMs }])
  })

  test('an end by a named agent is the agent’s', () => {
    const events = [{ eventType: 'Presence', presence: { type: 'Disconnect' } }]
    const channel = { from: { nickname: 'Noor' } }
    const end = { type: 'Event', events, channel, originatingEntity: 'Human', metadata: { readOnly: 'true' } }
    expect(translate(body(end))).toMatchObject([{ type: 'ended', by: 'agent' }])
  })
})
