import { expect, test } from 'vitest'
import { speak, words } from './words.ts'

test('the page speaks a language from when it is asked to, and English where that cannot be had', async () => {
  await speak('de')
  expect([words.language, words.composer.send]).toEqual(['de', 'Nachricht senden'])
  for (const unknown of ['tlh', '']) {
    await speak(unknown)
    expect([words.language, words.composer.send]).toEqual(['en', 'Send message'])
    await speak('de')
  }
})
