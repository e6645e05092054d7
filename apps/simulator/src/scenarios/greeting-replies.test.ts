import { expect, test } from 'vitest'
import { createReplies } from './greeting-replies.ts'

const replyTo = (words: string, ...files: string[]) => createReplies(undefined).reply({ words, files })

test('a file is answered as a file, by its name', () => {
  expect(replyTo('', 'receipt.pdf')).toBe('Thank you, “receipt.pdf” has arrived. What is it about?')
  expect(replyTo('blue', 'a.png', 'b.png')).toContain('“a.png, b.png”')
})

test('words the bot knows are answered before the file that came with them', () => {
  expect(replyTo('I want to return this', 'receipt.pdf')).toContain('within 30 days')
})

test('what has neither words nor a file is not quoted', () => {
  expect(replyTo('')).not.toContain('“')
})

test.each([
  ['of two code units', '😀'],
  ['joined of four', '👨‍👩‍👧‍👦'],
  ['of letter and accent', 'e\u0301'],
])('a long text is cut after sixty characters, never within one %s', (_, character) => {
  expect(replyTo(character.repeat(60))).toContain(`“${character.repeat(60)}”`)
  expect(replyTo(character.repeat(61))).toContain(`“${character.repeat(60)}…”`)
})

test('a text is quoted as it is, in one line', () => {
  expect(replyTo("costs $& or\n$' {text}")).toContain("“costs $& or $' {text}”")
})
