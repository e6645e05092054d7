import type { Form } from '@foyer/shared/protocol/message-part'
import { expect, test } from 'vitest'
import { missingOf, toAnswers } from './form-answers.ts'

const form: Form = {
  formId: 'f',
  summary: false,
  pages: [
    { questions: [{ kind: 'text', id: 'name', title: 'Name', required: true, multiline: false }] },
    {
      questions: [
        {
          kind: 'choice',
          id: 'boat',
          required: false,
          multiple: true,
          options: [
            { value: 'k', title: 'Kayak' },
            { value: 'c', title: 'Canoe' },
          ],
        },
      ],
    },
  ],
}
const questions = form.pages.flatMap((page) => page.questions)

test('answers come in the order of the form, each choice by its name and its value', () => {
  expect(toAnswers(form, { boat: ['k', 'c'], name: ['Maren'] })).toEqual([
    { questionId: 'name', text: 'Maren', payload: 'Maren' },
    { questionId: 'boat', text: 'Kayak', payload: 'k' },
    { questionId: 'boat', text: 'Canoe', payload: 'c' },
  ])
})

test('only what is required may be missing, and blanks are no answer', () => {
  expect(missingOf(questions, { name: ['  '] }).map(({ id }) => id)).toEqual(['name'])
  expect(missingOf(questions, { name: ['Maren'] })).toEqual([])
  expect(toAnswers(form, { name: ['  '] })).toEqual([])
})
