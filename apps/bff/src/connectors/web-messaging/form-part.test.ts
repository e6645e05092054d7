import { Form } from '@foyer/shared/platform/web-messaging/content'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { toForm } from './form-part.ts'

const formOf = (more: object) => {
  const part = toForm(v.parse(Form, { cannedResponseId: 'form-1', ...more }))
  if (part.type !== 'form') throw new Error('not a form')
  return part.form
}
const questionsOf = (...pageComponents: object[]) =>
  formOf({ formPages: [{ title: 'Page', pageComponents }] }).pages.flatMap(({ questions }) => questions)

test('a line to write, with its keyboard', () => {
  const input = {
    id: 'mail',
    title: 'E-mail',
    isRequired: true,
    isMultipleLine: true,
    keyboardType: 'Email',
    placeholderText: 'you@',
  }
  expect(questionsOf({ formComponentType: 'Input', input })).toMatchObject([
    {
      kind: 'text',
      id: 'mail',
      title: 'E-mail',
      required: true,
      multiline: true,
      keyboard: 'email',
      placeholder: 'you@',
    },
  ])
  const other = { id: 'x', keyboardType: 'Hieroglyphs' }
  expect(questionsOf({ formComponentType: 'Input', input: other })[0]).not.toHaveProperty('keyboard')
})

test('a wheel is one choice, answered by its value, its id, or its words', () => {
  const items = [{ title: 'One', value: 'v1', id: 'i1' }, { title: 'Two', id: 'i2' }, { title: 'Three' }]
  const [question] = questionsOf({
    formComponentType: 'WheelPicker',
    wheelPicker: { id: 'w', items, isRequired: true },
  })
  expect(question).toMatchObject({
    ...{ kind: 'choice', multiple: false, required: true },
    options: [{ value: 'v1' }, { value: 'i2' }, { value: 'Three' }],
  })
})

test('a list is one or several choices, its sections put together', () => {
  const section = (id: string, multipleSelection: boolean) => ({
    title: 'Section',
    multipleSelection,
    items: [{ id, title: id }],
  })
  const listPicker = { id: 'l', sections: [section('a', false), section('b', true)] }
  expect(questionsOf({ formComponentType: 'ListPicker', listPicker })).toMatchObject([
    { kind: 'choice', id: 'l', title: 'Section', multiple: true, options: [{ value: 'a' }, { value: 'b' }] },
  ])
})

test('a date is one of the times there are', () => {
  const availableTimes = [{ dateTime: '2026-12-01T13:30:00.000Z', duration: 1800 }]
  expect(questionsOf({ formComponentType: 'DatePicker', datePicker: { id: 'd', availableTimes } })).toMatchObject([
    { kind: 'time', id: 'd', times: [{ at: '2026-12-01T13:30:00.000Z', durationSeconds: 1800 }] },
  ])
  expect(questionsOf({ formComponentType: 'DatePicker', datePicker: { id: 'd' } })).toMatchObject([{ times: [] }])
})

test('what nobody can draw is left out, and a page of nothing else with it', () => {
  expect(formOf({ formPages: [{ pageComponents: [{ formComponentType: 'Hologram' }] }] }).pages).toEqual([])
})

test('words before it come from its introduction, or from the message that brings it', () => {
  const receivedMessage = { title: 'Please fill in', subtitle: 'Two minutes', buttonLabel: 'Open' }
  expect(formOf({ receivedMessage })).toMatchObject({ title: 'Please fill in', subtitle: 'Two minutes', start: 'Open' })
  const introduction = { title: 'Rental', buttonText: 'Go' }
  expect(formOf({ receivedMessage, introduction })).toMatchObject({ title: 'Rental', start: 'Go', summary: false })
})
