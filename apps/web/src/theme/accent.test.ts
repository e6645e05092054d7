import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { accentTokens, contrast, parseHex, type Rgb } from './accent.ts'

const css = readFileSync(new URL('../tokens.css', import.meta.url), 'utf8')
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)')
const hex = (text: string | undefined): Rgb => parseHex(text ?? '') ?? expect.fail(`${text} is no colour`)

const groundsOf = (sheet: string) => {
  const read = (name: string) => hex(new RegExp(`--${name}: (#\\w+)`).exec(sheet)?.[1])
  const others = ['surface-soft', 'surface-raised', 'bubble'].map(read)
  return { surface: read('surface'), others, words: read('ink-soft') }
}
/** Evenly spread over all there are. */
const colours = Array.from({ length: 16 ** 3 }, (_, at): Rgb => [(at >> 8) * 17, ((at >> 4) & 15) * 17, (at & 15) * 17])

for (const [scheme, grounds] of Object.entries({ light: groundsOf(light), dark: groundsOf(dark) })) {
  test(`whatever colour was chosen, all can be read in ${scheme}`, () => {
    const worst = colours.map((chosen) => {
      const tokens = accentTokens(chosen, grounds)
      const token = (name: string) => hex(tokens[name])
      const words = [grounds.surface, ...grounds.others, token('--accent-soft')].map((ground) =>
        contrast(token('--accent-ink'), ground),
      )
      const onIt = ['--accent', '--accent-strong'].map((name) => contrast(token('--on-accent'), token(name)))
      const onSoft = contrast(grounds.words, token('--accent-soft'))
      return { readable: Math.min(...words, ...onIt, onSoft), visible: contrast(token('--accent'), grounds.surface) }
    })
    expect(Math.min(...worst.map(({ readable }) => readable))).toBeGreaterThanOrEqual(4.5)
    expect(Math.min(...worst.map(({ visible }) => visible))).toBeGreaterThanOrEqual(1.25)
  })
}

test('a colour that can be seen stays as it was chosen', () => {
  expect(accentTokens(hex('#ffd400'), groundsOf(light))).toMatchObject({
    '--accent': '#ffd400',
    '--on-accent': '#000000',
  })
  expect(accentTokens(hex('#0B5C7A'), groundsOf(light))).toMatchObject({
    '--accent': '#0b5c7a',
    '--on-accent': '#ffffff',
  })
})

test.each([
  ['#fff', [255, 255, 255]],
  [' #0B5C7A ', [11, 92, 122]],
  ['#0b5c7a80', [11, 92, 122]],
  ['#abcd', [170, 187, 204]],
  ['#abcde', undefined],
  ['red', undefined],
  ['', undefined],
])('%j is %j', (text, expected) => {
  expect(parseHex(text)).toEqual(expected)
})
