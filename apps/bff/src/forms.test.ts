import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { formsIn, readFormsFile } from './forms.ts'

const name = { kind: 'text', id: 'name', label: { en: 'Your name', de: 'Ihr Name' } }
const rating = { title: 'How was it?', worst: 'poor', best: 'great' }

function read(content: unknown) {
  const folder = mkdtempSync(join(tmpdir(), 'foyer-forms-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'forms.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  const result = readFormsFile(file)
  return 'problems' in result ? result.problems.map((problem) => problem.replace(file, 'forms.json')) : result.forms
}

test('a form is read with what goes without saying, and speaks the language of the guest', () => {
  const forms = read({ preChat: { title: { en: 'First', de: 'Zuerst' }, questions: [name] }, rating })
  if (Array.isArray(forms)) throw new Error(forms.join())
  const question = { kind: 'text', id: 'name', required: false, maxCharacters: 100 }
  const preChat = { title: 'Zuerst', text: undefined, skippable: true, questions: [{ ...question, label: 'Ihr Name' }] }
  expect(formsIn(forms, 'de-AT')).toEqual({ preChat, rating })
  expect(formsIn(forms, 'fr').preChat?.title).toBe('First')
  expect(formsIn(forms, undefined).preChat?.questions[0]?.label).toBe('Your name')
})

const preChat = (...questions: unknown[]) => ({ preChat: { title: 'First', questions } })

test.each([
  ['{', ['forms.json is not JSON']],
  [{ prechat: {} }, ['forms.json: prechat is not known here']],
  [preChat(), ['forms.json: preChat.questions must have a question']],
  [preChat(name, name), ['forms.json: preChat.questions must have a different id each']],
  [
    preChat({ ...name, id: 'a b' }),
    ['forms.json: preChat.questions.0.id must be a name of at most 64 letters, digits, _ . -'],
  ],
  [
    preChat(...['a', 'b', 'c'].map((id) => ({ ...name, id, maxCharacters: 500 }))),
    ['forms.json: preChat.questions must together allow at most 1200 characters of answers'],
  ],
  [preChat({ ...name, kind: 'colour' }), [expect.stringContaining('forms.json: preChat.questions.0.kind must be')]],
])('what is wrong is said with its place: %j', (content, problems) => {
  expect(read(content)).toEqual(problems)
})

test('a file that is not there is said by its name', () => {
  expect(readFormsFile('/nowhere/forms.json')).toEqual({ problems: ['/nowhere/forms.json cannot be read (ENOENT)'] })
})
