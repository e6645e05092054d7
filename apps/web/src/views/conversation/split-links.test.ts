import { expect, test } from 'vitest'
import { splitLinks } from './split-links.ts'

const links = (text: string) => splitLinks(text).flatMap(({ text, href }) => (href ? [text] : []))

test('loses nothing of the text', () => {
  const text = 'See https://a.example/x, mailto:b@c.example or tel:+49123 (http://d.example/e_(f)).\nBye'
  expect(
    splitLinks(text)
      .map((piece) => piece.text)
      .join(''),
  ).toBe(text)
})

test.each([
  ['See https://a.example/x.', ['https://a.example/x']],
  ['(https://a.example/x)', ['https://a.example/x']],
  ['https://a.example/e_(f)', ['https://a.example/e_(f)']],
  ['Really? http://a.example/?q=1!', ['http://a.example/?q=1']],
  ['mailto:help@a.example, tel:+4930123456', ['mailto:help@a.example', 'tel:+4930123456']],
  ['HTTPS://A.EXAMPLE', ['HTTPS://A.EXAMPLE']],
  ['<https://a.example>', ['https://a.example']],
])('finds the links in %j', (text, expected) => {
  expect(links(text)).toEqual(expected)
})

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'vbscript:x',
  'www.a.example',
  'https://',
  'mailto:',
  'xhttps://a.example',
])('opens nothing for %j', (text) => {
  expect(links(text)).toEqual([])
})

test('ends a link where the reading direction would turn', () => {
  expect(links('https://a.example/\u202Egpj.exe')).toEqual(['https://a.example/'])
})
