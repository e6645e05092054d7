import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { CspReports, toViolations } from './csp-report.ts'

const ORIGIN = 'https://chat.example.com'
const REPORT = {
  ...{ documentURL: `${ORIGIN}/?lang=de`, referrer: '', disposition: 'enforce', originalPolicy: "default-src 'none'" },
  ...{ effectiveDirective: 'img-src', blockedURL: 'https://cdn.example/a.png?id=1', sample: 'a word', statusCode: 200 },
}
const read = (reports: unknown) => toViolations(v.parse(CspReports, reports), ORIGIN)
const gathered = (...changes: object[]) =>
  changes.map((change) => ({ type: 'csp-violation', age: 60, url: `${ORIGIN}/`, body: { ...REPORT, ...change } }))

describe('S28 of a report is read', () => {
  test('what was blocked by which directive, as the Reporting API has it', () => {
    const violation = { directive: 'img-src', disposition: 'enforce', blocked: 'https://cdn.example' }
    expect(read(gathered({}))).toEqual([violation])
    const others = [{ type: 'deprecation', body: { id: 'x' } }, { type: 'crash' }]
    expect(read([...others, ...gathered({}, { disposition: 'report' })])).toEqual([
      violation,
      { ...violation, disposition: 'report' },
    ])
  })

  test('the same of one for report-uri', () => {
    const report = {
      ...{ 'document-uri': `${ORIGIN}/`, 'violated-directive': 'trusted-types', 'script-sample': 'evil|x' },
      ...{ 'effective-directive': 'trusted-types', 'blocked-uri': 'trusted-types-policy' },
    }
    expect(read({ 'csp-report': report })).toEqual([
      { directive: 'trusted-types', disposition: 'enforce', blocked: 'trusted-types-policy' },
    ])
  })

  test.each([
    ['inline', 'inline'],
    ['eval', 'eval'],
    ['trusted-types-sink', 'trusted-types-sink'],
    [`${ORIGIN}/assets/a.js?x`, 'self'],
    ['https://user:word@cdn.example:8443/a/word?word#word', 'https://cdn.example:8443'],
    ['wss://cdn.example/socket', 'wss://cdn.example'],
    ['data', 'data'],
    ['data:text/html,word', 'data'],
    ['chrome-extension://abcdef/word.js', 'chrome-extension'],
    ['', 'other'],
    [null, 'other'],
    ['a word', 'other'],
    ['word:word', 'other'],
    ['https://', 'other'],
    [`https://${'a'.repeat(5_000)}/`, `https://${'a'.repeat(252)}`],
  ])('of the address %s its origin, or what kind it is', (blockedURL, blocked) => {
    expect(read(gathered({ blockedURL }))).toMatchObject([{ blocked }])
  })

  test('a directive only if it is one', () => {
    const directives = ['script-src-attr', 'no-such-src', 'constructor']
    expect(read(gathered(...directives.map((effectiveDirective) => ({ effectiveDirective }))))).toMatchObject([
      { directive: 'script-src-attr' },
      { directive: 'other' },
      { directive: 'other' },
    ])
  })

  test('nothing, where it is of another page', () => {
    expect(read(gathered({ documentURL: 'https://evil.example/' }, { documentURL: 'x' }))).toEqual([])
  })

  test('the first twenty of many', () => {
    expect(read(gathered(...Array.from({ length: 100 }, () => ({}))))).toHaveLength(20)
  })
})

test.each([
  ['nothing', null],
  ['a word', 'x'],
  ['one that is not in a list', gathered({})[0]],
  ['a list of something else', [1]],
  ['one without its directive', gathered({ effectiveDirective: undefined })],
  ['one with a disposition of its own', gathered({ disposition: 'x' })],
  ['one without a body', [{ type: 'csp-violation' }]],
  ['one for report-uri that says nothing', { 'csp-report': {} }],
])('S37 %s is no report', (_, reports) => {
  expect(v.is(CspReports, reports)).toBe(false)
})
