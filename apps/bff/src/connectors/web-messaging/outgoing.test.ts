import { readSample } from '@foyer/shared/platform/samples'
import { ClientFrame } from '@foyer/shared/platform/web-messaging/client-frames'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import type { OutgoingMessage } from '../connector.ts'
import { joinMessage, toPlatformMessage, typingMessage, clearMessage } from './outgoing.ts'

const PICKER = '9c3fd1a07be24e58a6d40000f1b7ccd0'
const SLOT = '9c3fd1a07be24e58a6d40000f1b7ade1'
const FORM = '9c3fd1a07be24e58a6d40000f1b7ebbf'

/** `message` of a sample, with the id a client gives. */
function sampleMessage(name: string, id: string) {
  const { message } = readSample('web-messaging', name) as { message: { metadata?: object } }
  return { ...message, metadata: { ...message.metadata, id } }
}

const messages: [string, string, Omit<OutgoingMessage, 'messageId'>][] = [
  ['words', 'c2s-11-message-text.json', { text: 'Is the blue kayak still in stock?' }],
  [
    'a file with words',
    'c2s-15-message-text-and-attachment.json',
    { text: 'Here is the photo', attachmentId: '5d8b0f36-9e24-4c1b-a7f0-3e6c1d2b9a48' },
  ],
  [
    'a quick reply',
    'c2s-21-quick-reply-web.json',
    {
      text: 'Track an order',
      reply: {
        to: 'm',
        upstreamId: 'u',
        kind: 'quick-replies',
        choices: [{ text: 'Track an order', payload: 'track_order' }],
      },
    },
  ],
  [
    'a button of a card',
    'c2s-22-card-button.json',
    {
      text: 'Book a test paddle',
      reply: {
        to: 'm',
        upstreamId: 'u',
        kind: 'card',
        choices: [{ text: 'Book a test paddle', payload: 'book:kayak-blue' }],
      },
    },
  ],
  [
    'a time',
    'c2s-24-date-picker-web.json',
    {
      text: 'Tuesday 14:30',
      reply: {
        ...{ to: 'm', upstreamId: SLOT, kind: 'date-picker' },
        choices: [{ text: 'Tuesday 14:30', payload: '2026-12-01T13:30:00.000Z' }],
      },
    },
  ],
  [
    'items of a list',
    'c2s-25-list-picker.json',
    {
      text: 'Thanks, noted',
      reply: {
        ...{ to: 'm', upstreamId: PICKER, kind: 'list-picker' },
        choices: [
          { text: 'Paddle', payload: 'itm-1' },
          { text: 'Spray deck', payload: 'itm-3' },
        ],
      },
    },
  ],
  [
    'a form',
    'c2s-26-form.json',
    {
      text: 'Form sent',
      reply: {
        ...{ to: 'm', upstreamId: FORM, kind: 'form', formId: '6b0a2e71-8c55-4d0f-b1a9-2f7730c8d9e4' },
        answers: [
          { questionId: 'fld-name', text: 'Maren Dahl', payload: 'Maren Dahl' },
          { questionId: 'fld-boat', text: 'Kayak', payload: 'kayak' },
        ],
      },
    },
  ],
]

describe('goes out in the shape the web client uses:', () => {
  test.each(messages)('%s (%s)', (_what, sample, message) => {
    expect(toPlatformMessage({ messageId: 'local-0001', ...message })).toEqual(sampleMessage(sample, 'local-0001'))
  })

  test('a file alone, without words', () => {
    expect(toPlatformMessage({ messageId: 'local-0001', text: '', attachmentId: 'a' })).toEqual({
      ...{ type: 'Text', metadata: { id: 'local-0001' } },
      content: [{ contentType: 'Attachment', attachment: { id: 'a' } }],
    })
  })

  test('an answer to a message nobody knows the id of names none', () => {
    const reply = { to: 'm', kind: 'list-picker' as const, choices: [{ text: 'Paddle', payload: 'itm-1' }] }
    expect(JSON.stringify(toPlatformMessage({ messageId: 'local-0001', text: 'x', reply }))).not.toMatch(
      /parent|originating/,
    )
  })
})

test('attributes go where the platform looks for them', () => {
  const channel = { metadata: { customAttributes: { plan: 'pro' } } }
  expect(toPlatformMessage({ messageId: 'local-0001', text: 'x' }, { plan: 'pro' })).toMatchObject({ channel })
  expect(joinMessage({ plan: 'pro' })).toMatchObject({ channel })
  expect(joinMessage()).not.toHaveProperty('channel')
})

test.each([
  ['c2s-30-typing-on.json', typingMessage],
  ['c2s-31-presence-join.json', joinMessage()],
  ['c2s-33-presence-clear.json', clearMessage],
])('%s is what is sent', (sample, message) => {
  const frame = v.parse(ClientFrame, readSample('web-messaging', sample))
  expect(v.parse(ClientFrame, { ...frame, message })).toEqual(frame)
})
