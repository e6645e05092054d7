import { expect, test } from 'vitest'
import { findLinks } from './find-links.ts'

const links = (text: string) => findLinks(text).map(({ start, end }) => text.slice(start, end))

test.each([
  ['See https://a.example/x.', ['https://a.example/x']],
  ['(https://a.example/x)', ['https://a.example/x']],
  ['https://a.example/e_(f)', ['https://a.example/e_(f)']],
  ['Really? http://a.example/?q=1!', ['http://a.example/?q=1']],
  ['mailto:help@a.example, tel:+4930123456', ['mailto:help@a.example', 'tel:+4930123456']],
  ['HTTPS://A.EXAMPLE', ['HTTPS://A.EXAMPLE']],
  ['<https://a.example>', ['https://a.example']],
  ['*https://a.example/x*', ['https://a.example/x']],
  ['write to help.me+now@mail.a.example.', ['help.me+now@mail.a.example']],
  ['https://a.example/@b.example or c@d.example', ['https://a.example/@b.example', 'c@d.example']],
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
  'a@b',
  '@a.example',
])('opens nothing for %j', (text) => {
  expect(links(text)).toEqual([])
})

test('ends a link where the reading direction would turn', () => {
  expect(links('https://a.example/\u202Egpj.exe')).toEqual(['https://a.example/'])
})

test('a mail address is opened as one', () => {
  expect(findLinks('a@b.example')).toEqual([{ start: 0, end: 11, href: 'mailto:a@b.example' }])
})
