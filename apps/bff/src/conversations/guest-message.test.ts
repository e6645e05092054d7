import { expect, test } from 'vitest'
import { picturesIn, saysTheSame, textOf, toGuestParts, toOutgoing } from './guest-message.ts'

const text = (words: string) => [{ type: 'text' as const, text: words }]
const file = { attachmentId: 'a-1', name: 'map.png', mediaType: 'image/png', size: 3 }

test('the text of a message is that of its parts', () => {
  expect(textOf([...text('one'), { type: 'unknown', fallback: 'card' }, ...text('two')])).toBe('one\ntwo')
})

test('a file is kept after the words, and goes out by its id', () => {
  const parts = toGuestParts({ messageId: 'm', text: 'look', attachment: file })
  expect(parts).toEqual([...text('look'), { type: 'attachment', attachment: file }])
  expect(toOutgoing({ messageId: 'm', parts })).toMatchObject({ messageId: 'm', text: 'look', attachmentId: 'a-1' })
})

test('a file alone leaves no empty words behind', () => {
  expect(toGuestParts({ messageId: 'm', text: ' ', attachment: file })).toEqual([
    { type: 'attachment', attachment: file },
  ])
})

test('another file under the same id is another message', () => {
  const parts = toGuestParts({ messageId: 'm', text: 'look', attachment: file })
  expect(saysTheSame(parts, parts)).toBe(true)
  expect(saysTheSame(parts, text('look'))).toBe(false)
  expect(saysTheSame(parts, toGuestParts({ messageId: 'm', text: 'see', attachment: file }))).toBe(false)
})

test('the pictures of a message are those of its cards and of whoever says it', () => {
  const from = { participantId: 'bot:', role: 'bot' as const, image: 'https://img.example/bot.png' }
  const card = { title: 'A', description: undefined, image: 'https://img.example/card.png', actions: [] }
  const parts = [
    { type: 'card' as const, card },
    { type: 'carousel' as const, cards: [{ ...card, image: undefined }] },
  ]
  expect(picturesIn({ from, parts })).toEqual(['https://img.example/bot.png', 'https://img.example/card.png'])
  expect(picturesIn({ from: { participantId: 'guest', role: 'guest' }, parts: text('hi') })).toEqual([])
})
