import { expect, test } from 'vitest'
import { saysTheSame, textOf, toGuestParts, toOutgoing } from './guest-message.ts'

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
