import { expect, test } from 'vitest'
import { ChatForms, toProfile } from './chat-forms.svelte.ts'

test('the name is the guest, everything else an attribute; what is empty is not told', () => {
  const answers = [
    ['name', ' Rosa '],
    ['topic', 'order'],
    ['email', '  '],
  ] as const
  expect(toProfile(answers)).toEqual({ name: 'Rosa', attributes: { topic: 'order' } })
  expect(toProfile([['name', '']])).toEqual({})
})

test('forms that cannot be had are no forms, until they can', async () => {
  const rating = { title: 'How was it?', worst: 'poor', best: 'great' }
  const answers = [() => Promise.reject(new Error('no answer')), () => Promise.resolve({ rating })]
  const forms = new ChatForms(() => answers.shift()?.() ?? Promise.reject(new Error('asked too often')))
  expect(await forms.load()).toEqual({})
  expect(await forms.load()).toEqual({ rating })
  expect(await forms.load()).toEqual({ rating })
})
