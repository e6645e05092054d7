import { readSamples } from '@foyer/shared/platform/samples'
import { StreamEvent } from '@foyer/shared/protocol/event'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import type { IgnoredKind } from '../ignored.ts'
import { translate as translateNoting } from './translate.ts'

const TEXT = { id: 'up-1', direction: 'outbound', type: 'Text', text: 'Hello' }
const NOOR = { participantId: 'agent:Noor', role: 'agent', name: 'Noor' }

const translate = (entity: unknown) => translateNoting(entity, () => undefined)
/** What is passed over of it. */
function ignoredOf(entity: unknown): IgnoredKind[] {
  const kinds: IgnoredKind[] = []
  translateNoting(entity, (kind) => void kinds.push(kind))
  return kinds
}

const typing = (change: object = {}) => ({
  ...{ id: 'up-1', direction: 'outbound', type: 'Event', from: { nickname: 'Noor' } },
  events: [{ eventType: 'Typing', typing: { type: 'On', duration: 3_000, ...change } }],
})
const presence = (type: string, change: object = {}) => ({
  ...{ id: 'up-1', direction: 'outbound', type: 'Event', from: { nickname: 'Noor' } },
  ...{ events: [{ eventType: 'Presence', presence: { type } }], ...change },
})

describe('what the platform is documented to send', () => {
  const entities = readSamples('guest-api').flatMap(({ file, response }) => {
    const body = response?.body
    const listed = isRecord(body) && Array.isArray(body['entities']) ? (body['entities'] as unknown[]) : [body]
    return listed.flatMap((entity, index) =>
      isRecord(entity) && 'direction' in entity ? [[file, index, entity] as const] : [],
    )
  })

  test('is found among the samples', () => {
    expect(entities.length).toBeGreaterThan(5)
  })

  test.each(entities)('means something to a guest: %s #%i', (_, __, entity) => {
    const [event, ...more] = translate(entity)
    expect(more).toEqual([])
    expect(event).toMatchObject({ upstreamId: entity['id'] })
  })

  test('the guest’s own message comes back under the id we gave it', () => {
    expect(translate(sampleEntity('42-guest-list-messages.json', 0))).toEqual([
      {
        ...{ type: 'message', upstreamId: '66fedbc91e527c7c2d754caec1a835fc' },
        ...{
          messageId: 'c57c60f7-f184-4dcb-8bd0-fd32b2aa1e48',
          from: { participantId: 'guest', role: 'guest', name: 'Rosa' },
        },
        parts: [{ type: 'text', text: 'Where is my order?' }],
      },
    ])
  })

  test('an agent’s message is from the agent', () => {
    expect(translate(sampleEntity('42-guest-list-messages.json', 1))).toMatchObject([
      {
        type: 'message',
        from: NOOR,
        parts: [{ type: 'text', text: 'Hello Rosa, let me look.' }],
        messageId: undefined,
      },
    ])
  })

  test('the end is the end', () => {
    expect(translate(sampleEntity('58-guest-list-ended.json', 0))).toEqual([
      { type: 'ended', upstreamId: 'dd2d0aaff27e31d5fe7f3b1fe8363b92', by: 'system', readOnly: true },
    ])
  })
})

describe('a message', () => {
  test('needs no more than id, direction and text', () => {
    expect(translate({ id: 'up-1', direction: 'outbound', text: 'Hello' })).toMatchObject([
      { type: 'message', upstreamId: 'up-1', from: { role: 'agent' }, parts: [{ type: 'text', text: 'Hello' }] },
    ])
  })

  test('may be the agent side’s MessageData, its text within and its direction in capitals', () => {
    const data = {
      ...{ id: 'up-1', direction: 'Outbound', timestamp: '2026-11-22T10:00:00.000Z', clientMessageId: null },
      normalizedMessage: {
        ...{ id: 'up-1', type: 'Text', text: 'Hello', originatingEntity: 'Bot', direction: 'Outbound' },
        channel: { platform: 'WebMessaging', from: { nickname: 'Robbie' }, time: '2026-11-22T10:00:00.000Z' },
      },
    }
    expect(translate(data)).toMatchObject([
      { from: { participantId: 'bot:Robbie', role: 'bot', name: 'Robbie' }, parts: [{ type: 'text', text: 'Hello' }] },
    ])
  })

  test('of a bot is from a bot', () => {
    expect(translate({ ...TEXT, originatingEntity: 'BOT' })).toMatchObject([{ from: { role: 'bot' } }])
  })

  test('with content this version cannot draw has a readable fallback, beside its text', () => {
    const entity = { ...TEXT, type: 'Structured', content: [{ contentType: 'QuickReply', quickReply: {} }, {}] }
    expect(translate(entity)).toMatchObject([
      {
        parts: [
          { type: 'text', text: 'Hello' },
          { type: 'unknown', fallback: 'QuickReply' },
          { type: 'unknown', fallback: 'content' },
        ],
      },
    ])
  })

  test('that says nothing is none', () => {
    expect(translate({ ...TEXT, text: '' })).toEqual([])
    expect(translate({ ...TEXT, text: null, content: [] })).toEqual([])
  })

  test.each(['short', 'with spaces in it', '../../etc/passwd', 'a'.repeat(65), ''])(
    'keeps no id of ours that is not of our form: %j',
    (clientMessageId) => {
      expect(translate({ ...TEXT, direction: 'inbound', clientMessageId })).toMatchObject([{ messageId: undefined }])
    },
  )

  test('of one agent is always of the same participant, by id where there is one', () => {
    const participant = (from: object) => (translate({ ...TEXT, from })[0] as { from: object }).from
    expect(participant({ id: 'a-1', nickname: 'Noor' })).toEqual({
      participantId: 'agent:a-1',
      role: 'agent',
      name: 'Noor',
    })
    expect(participant({ nickname: 'Noor' })).toEqual(NOOR)
    expect(participant({ id: null, nickname: null })).toEqual({ participantId: 'agent:', role: 'agent' })
  })

  test('keeps its text as it is, whatever it holds', () => {
    const text = '<img src=x onerror=alert(1)> \u202e\r\n[x](javascript:alert(1)) 👋\u0000'
    expect(translate({ ...TEXT, text })).toMatchObject([{ parts: [{ type: 'text', text }] }])
  })
})

describe('an event', () => {
  test('of typing says who, and for how long at most', () => {
    expect(translate(typing())).toEqual([{ type: 'typing', participant: NOOR, typing: true, durationMs: 3_000 }])
    expect(translate(typing({ type: 'Off' }))).toMatchObject([{ typing: false }])
    expect(translate(typing({ duration: undefined }))).toMatchObject([{ durationMs: 5_000 }])
  })

  test('of the guest’s own typing is nothing to the guest', () => {
    expect(translate({ ...typing(), direction: 'inbound' })).toEqual([])
  })

  test.each([-1, 0, 1e308, Number.POSITIVE_INFINITY])('of typing for %d ms is held to a sensible time', (duration) => {
    const [event] = translate(typing({ duration }))
    const durationMs = event?.type === 'typing' ? event.durationMs : 0
    expect(durationMs).toBeGreaterThan(0)
    expect(durationMs).toBeLessThanOrEqual(60_000)
  })

  test('of presence tells who comes and who goes', () => {
    expect(translate(presence('Join'))).toEqual([
      { type: 'participant', upstreamId: 'up-1', participant: NOOR, change: 'joined' },
    ])
    expect(translate(presence('Disconnect'))).toMatchObject([{ type: 'participant', change: 'left' }])
    expect(translate(presence('Disconnect', { metadata: { readOnly: 'false' } }))).toMatchObject([{ change: 'left' }])
  })

  test.each([
    ['true', 'agent'],
    [true, 'agent'],
  ])('of a disconnect that leaves it read-only (%j) is the end, by who left', (readOnly, by) => {
    expect(translate(presence('Disconnect', { metadata: { readOnly } }))).toMatchObject([{ type: 'ended', by }])
    expect(translate(presence('Disconnect', { metadata: { readOnly }, from: undefined }))).toMatchObject([
      { by: 'system' },
    ])
    expect(translate(presence('Disconnect', { metadata: { readOnly }, direction: 'inbound' }))).toMatchObject([
      { by: 'guest' },
    ])
  })

  test.each(['SignIn', 'Reconnect', ''])('of a presence this version does not know says nothing: %j', (type) => {
    expect(translate(presence(type))).toEqual([])
  })

  test.each([
    ['CoBrowse', []],
    ['Telepathy', ['event']],
    [undefined, ['event']],
  ])('of a kind that is not for guests says nothing; only one that nobody knows is noted: %s', (eventType, noted) => {
    const entity = { ...TEXT, text: undefined, type: 'Event', events: [{ eventType }] }
    expect(translate(entity)).toEqual([])
    expect(ignoredOf(entity)).toEqual(noted)
  })

  test('of a kind that can be read is not noted', () => {
    for (const entity of [TEXT, typing(), presence('Join'), presence('SignIn')]) expect(ignoredOf(entity)).toEqual([])
  })
})

describe('whatever else comes', () => {
  const hostile: [string, unknown][] = [
    ...[null, undefined, 7, 'text', true, [], {}, [TEXT]].map((entity): [string, unknown] => [
      JSON.stringify(entity) ?? '',
      entity,
    ]),
    ['an id that is no text', { ...TEXT, id: 7 }],
    ['an empty id', { ...TEXT, id: '' }],
    ['an id of a megabyte', { ...TEXT, id: 'x'.repeat(1_000_000) }],
    ['no direction', { ...TEXT, direction: undefined }],
    ['a direction nobody knows', { ...TEXT, direction: 'sideways' }],
    ['a text that is a number', { ...TEXT, text: 7 }],
    ['events that are no list', { ...TEXT, events: {} }],
    ['content that is no list', { ...TEXT, content: 'x' }],
    ['content of null', { ...TEXT, content: [null] }],
    ['a sender that is text', { ...TEXT, from: 'Noor' }],
    ['a prototype', JSON.parse(`{"id":"a","__proto__":{"direction":"outbound","text":"x"}}`)],
  ]

  test.each(hostile)('is nothing, and noted: %s', (_, entity) => {
    expect(translate(entity)).toEqual([])
    expect(ignoredOf(entity)).toEqual(['entity'])
  })

  test('becomes no more than the page can read', () => {
    const from = { id: 'i'.repeat(10_000), nickname: `x${'👋'.repeat(10_000)}` }
    const odd = [
      { ...TEXT, from },
      { ...typing({ duration: Number.POSITIVE_INFINITY }), from },
      { ...presence('Join'), from },
      { ...presence('Disconnect', { metadata: { readOnly: { toString: 1 } } }), from },
      { ...TEXT, metadata: { readOnly: ['true'] }, originatingEntity: 'x'.repeat(10_000) },
    ]
    for (const entity of odd) {
      for (const event of translate(entity)) {
        const stamped = {
          seq: 1,
          at: '2026-11-22T10:00:00.000Z',
          messageId: 'message-1',
          state: 'sent',
          ...stripped(event),
        }
        expect(v.safeParse(StreamEvent, JSON.parse(JSON.stringify(stamped))).issues).toBeUndefined()
        expect(JSON.stringify(event).length).toBeLessThan(2_000)
        expect(JSON.stringify(event).isWellFormed() && !/\\ud8/i.test(JSON.stringify(event))).toBe(true)
      }
    }
  })
})

const stripped = (event: object) => Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined))

function sampleEntity(file: string, index: number): unknown {
  const body = readSamples('guest-api').find((sample) => sample.file === file)?.response?.body
  return (body as { entities: unknown[] }).entities[index]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
