import { expect, test } from 'vitest'
import { FakeClock } from '../api/fake-clock.ts'
import { words as german } from './de.ts'
import { loadWords, PATIENCE_MS } from './load-words.ts'

const fails = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'))
const comes = () => Promise.resolve({ words: german })
const hangs = () => new Promise<never>(() => {})

/** What is had of words that are loaded in this way, the first time and the next; `undefined` also while they are awaited. */
function load(...ways: (() => Promise<{ words: typeof german }>)[]) {
  const clock = new FakeClock()
  const result = { tries: 0, isOver: false, language: undefined as string | undefined }
  const next = () => (result.tries++, (ways.shift() ?? fails)())
  void loadWords(next, clock).then((words) => Object.assign(result, { isOver: true, language: words?.language }))
  return { clock, result }
}

test('words that fail once are tried once more', async () => {
  const { clock, result } = load(fails, comes)
  await clock.pass(500)
  expect(result).toEqual({ tries: 2, isOver: true, language: 'de' })
})

test('words that fail twice are done without, at once', async () => {
  const { clock, result } = load(fails, fails, comes)
  await clock.pass(500)
  expect(result).toEqual({ tries: 2, isOver: true, language: undefined })
})

test.each([
  ['words', [hangs]],
  ['the second try for words', [fails, hangs]],
])('%s that neither come nor fail are waited for as long as a guest would', async (_, ways) => {
  const { clock, result } = load(...ways)
  await clock.pass(PATIENCE_MS - 1)
  expect(result.isOver).toBe(false)
  await clock.pass(1)
  expect(result).toEqual({ tries: ways.length, isOver: true, language: undefined })
})
