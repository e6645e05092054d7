import { readSample, sampleNames } from '@foyer/shared/platform/samples'
import { ReceivedContent } from '@foyer/shared/platform/web-messaging/content'
import { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import { MessagePart } from '@foyer/shared/protocol/message-part'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { toParts } from './content-parts.ts'

const idOf = (id: string | null | undefined) => id ?? 'of-message'

function partsOf(file: string): MessagePart[] {
  const frame = v.parse(ServerFrame, readSample('web-messaging', file))
  if (frame.class !== 'StructuredMessage') throw new Error('not a message')
  return toParts(frame.body.text, frame.body.content ?? [], idOf)
}

const fromContent = (content: unknown) => toParts(undefined, [v.parse(ReceivedContent, content)], idOf)

describe('what a guest is shown', () => {
  const messages = sampleNames('web-messaging').filter((name) => /^s2c-[34]\d-/.test(name))

  it.each(messages)('%s is shown, and never blank', (file) => {
    const parts = v.parse(v.array(MessagePart), partsOf(file))
    expect(parts.length).toBeGreaterThan(0)
    for (const part of parts) if (part.type === 'unknown') expect(part.fallback).not.toBe('')
  })

  it('puts choices that come one by one together, below their text', () => {
    expect(partsOf('s2c-34-outbound-quick-replies.json')).toMatchObject([
      { type: 'text', text: 'What would you like to do?' },
      { type: 'quick-replies', replies: [{ text: 'Track an order', payload: 'track_order' }, {}, {}] },
    ])
  })

  it('takes the choices of older bots', () => {
    expect(partsOf('s2c-43-outbound-structured-button-response.json')[1]).toMatchObject({
      type: 'quick-replies',
      replies: [
        { text: 'Yes', payload: 'yes' },
        { text: 'No', payload: 'no' },
      ],
    })
  })

  it("tells a card's links from its choices", () => {
    const [card] = partsOf('s2c-36-outbound-card.json').filter(({ type }) => type === 'card')
    expect(card).toMatchObject({ card: { actions: [{ type: 'link' }, { type: 'choice' }] } })
  })

  it('takes a card of old for a card', () => {
    expect(partsOf('s2c-42-outbound-generic-template.json')).toMatchObject([
      {
        type: 'card',
        card: { title: 'Old style card', actions: [{ type: 'link', url: 'https://harborlane.example/' }] },
      },
    ])
  })

  it('offers what tapping a card opens, once', () => {
    const open = { type: 'Link', text: 'Open', url: 'https://a.example/' }
    const actionsOf = (card: object) => {
      const [part] = fromContent({ contentType: 'Card', card: { title: 'A', ...card } })
      return part?.type === 'card' ? part.card.actions : undefined
    }
    expect(actionsOf({ defaultAction: open })).toMatchObject([{ type: 'link', text: 'Open' }])
    expect(actionsOf({ defaultAction: open, actions: [open] })).toHaveLength(1)
    expect(actionsOf({ defaultAction: { type: 'Postback', text: 'no', payload: 'no' } })).toEqual([])
  })

  it('asks the questions of a form, page by page', () => {
    expect(partsOf('s2c-40-outbound-form.json')).toEqual([
      {
        type: 'form',
        form: {
          formId: '6b0a2e71-8c55-4d0f-b1a9-2f7730c8d9e4',
          title: 'Rental form',
          subtitle: 'Two questions',
          start: 'Start',
          pages: [
            {
              title: 'You',
              subtitle: 'Your name',
              questions: [{ ...{ kind: 'text', id: 'fld-name', title: 'Name' }, required: true, multiline: false }],
            },
            {
              title: 'Boat',
              subtitle: 'Which one',
              questions: [
                {
                  ...{ kind: 'choice', id: 'fld-boat', required: false, multiple: false },
                  options: [
                    { value: 'kayak', title: 'Kayak' },
                    { value: 'canoe', title: 'Canoe' },
                  ],
                },
              ],
            },
          ],
          reply: 'Form sent',
          summary: true,
        },
      },
    ])
  })

  it('keeps what nobody knows readable', () => {
    expect(partsOf('tolerance-02-unknown-content-type.json')).toEqual([
      { type: 'text', text: 'See the map' },
      { type: 'unknown', fallback: 'Pier 3' },
    ])
  })
})

describe('hostile content', () => {
  it.each(['javascript:alert(1)', 'data:text/html,x', 'JaVaScRiPt:alert(1)', 'not an address', '//host/path'])(
    'offers no link to %s',
    (url) => {
      const card = { title: 'A', actions: [{ type: 'Link', text: 'go', url }] }
      expect(fromContent({ contentType: 'Card', card })).toEqual([
        { type: 'card', card: { title: 'A', description: undefined, actions: [] } },
      ])
    },
  )

  it('stays short for content without an end', () => {
    const location = Array.from({ length: 10_000 }, (_, at) => ({ text: `place ${at}` }))
    const [part] = fromContent({ contentType: 'Location', location })
    expect((part as { fallback: string }).fallback.split('\n')).toHaveLength(20)
  })

  it('does not follow content into the depths', () => {
    let deep: unknown = { text: 'bottom' }
    for (let at = 0; at < 5_000; at++) deep = { deeper: deep }
    expect(fromContent({ contentType: 'Deep', deep })).toMatchObject([{ type: 'unknown' }])
  })
})
