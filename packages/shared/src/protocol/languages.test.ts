import { expect, test } from 'vitest'
import { chooseLanguage, directionOf, LANGUAGES, toLanguage } from './languages.ts'

test.each([
  [['de-AT'], 'de'],
  [['pt-BR', 'en'], 'pt'],
  [['zh-Hans'], 'zh'],
  [['zh-CN'], 'zh'],
  [['zh-TW'], 'zh'],
  [['iw-IL'], 'he'],
  [['AR-eg'], 'ar'],
  [['uk', 'pl-PL', 'de'], 'pl'],
  [['sv-SE', 'tlh'], 'en'],
  [['', '*', 'en_US', 'en-US@posix', '../etc', 'toString'], 'en'],
  [[], 'en'],
] as const)('who wants %j reads %s', (wanted, expected) => {
  expect(chooseLanguage(wanted)).toBe(expected)
})

test.each([
  ['one of those the organisation offers', ['fr', 'en'], ['de', 'en-us'], 'en'],
  ['its own first where none of them is wanted', ['fr'], ['de', 'en-us'], 'de'],
  ['any where it names none', ['fr'], [], 'fr'],
  ['any where it names none we have', ['fr'], ['sv-se', '?'], 'fr'],
] as const)('%s', (_, wanted, offered, expected) => {
  expect(chooseLanguage(wanted, offered)).toBe(expected)
})

test('each is a tag of its own, and written in its own direction', () => {
  expect(LANGUAGES.map(toLanguage)).toEqual([...LANGUAGES])
  expect(LANGUAGES.filter((language) => directionOf(language) === 'rtl')).toEqual(['ar', 'he'])
})
