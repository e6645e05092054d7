import { expect, test } from 'vitest'
import { speakOn, words } from './conversation-words.ts'
import { speak } from './words.ts'

test('a conversation speaks the language of the page, all of it, from when that is decided', async () => {
  const said = () => [words.language, words.composer.send, words.end.confirm]
  expect(said()).toEqual(['en', 'Send message', 'End chat'])
  await speak('de')
  speakOn()
  expect(said()).toEqual(['de', 'Nachricht senden', 'Chat beenden'])
  await speak('en')
  speakOn()
  expect(said()).toEqual(['en', 'Send message', 'End chat'])
})
