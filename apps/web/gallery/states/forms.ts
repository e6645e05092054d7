import type { Form } from '@foyer/shared/protocol/message-part'
import { at, history, says } from '../samples/history.ts'
import { bot, guest } from '../samples/people.ts'
import type { GalleryState, Stage } from '../stage.ts'

const OFFER = 'message-offer'
const plain = { subtitle: undefined, required: false }

const form: Form = {
  ...{ formId: 'rental', title: 'Rental form', subtitle: 'Three short pages', start: 'Fill in', reply: undefined },
  pages: [
    {
      ...{ title: 'You', subtitle: 'So that we know whom to expect' },
      questions: [
        { ...plain, kind: 'text', id: 'name', title: 'Name', required: true, placeholder: undefined, multiline: false },
        {
          ...{ ...plain, kind: 'text', id: 'email', title: 'Email', subtitle: 'For the confirmation' },
          ...{ placeholder: 'you@example.com', multiline: false, keyboard: 'email' },
        },
        { ...plain, kind: 'text', id: 'notes', title: 'Notes', placeholder: undefined, multiline: true },
      ],
    },
    {
      ...{ title: 'Boat', subtitle: undefined },
      questions: [
        {
          ...{ ...plain, kind: 'choice', id: 'boat', title: 'Which boat?', required: true, multiple: false },
          options: [
            { value: 'kayak', title: 'Kayak', subtitle: 'Two seats' },
            { value: 'canoe', title: 'Canoe', subtitle: undefined },
          ],
        },
        {
          ...{ ...plain, kind: 'choice', id: 'gear', title: 'Gear', multiple: true },
          options: ['Paddle', 'Vest', 'Spray deck'].map((title) => ({ value: title, title, subtitle: undefined })),
        },
      ],
    },
    {
      ...{ title: 'Time', subtitle: undefined },
      questions: [
        {
          ...{ ...plain, kind: 'time', id: 'slot', title: 'When?', earliest: undefined, latest: undefined },
          times: [-3, -3, -4].map((day, slot) => ({ at: at(slot * 60 - 240, day), durationSeconds: 3600 })),
        },
        {
          ...plain,
          kind: 'time',
          id: 'call',
          title: 'When shall we call?',
          earliest: at(0, -1),
          latest: at(0, -9),
          times: [],
        },
      ],
    },
  ],
  summary: true,
}

const filled = {
  name: ['Maren Dahl'],
  email: ['maren@example.com'],
  boat: ['kayak'],
  gear: ['Vest', 'Spray deck'],
  slot: [at(-240, -3)],
}
const world = {
  events: history(says(guest, 'How do I book?'), says(bot, [{ type: 'form', form }], { messageId: OFFER })),
}
const openAt = (page: number, values: Readonly<Record<string, string[]>> = filled) => ({
  world,
  stored: { forms: { [OFFER]: { filled: values, page } } },
})
const goOn = (stage: Stage) => stage.press('.buttons button[type=submit]')

export const formStates: Record<string, GalleryState> = {
  offered: { title: 'A form, not begun', world, shows: '.form > button' },
  words: { title: 'A form: words', ...openAt(0), shows: 'progress' },
  missing: { title: 'A form: an answer is missing', ...openAt(0, {}), act: goOn, shows: '.missing' },
  choices: { title: 'A form: choices', ...openAt(1), shows: '.option.picked' },
  'choices-missing': { title: 'A form: a choice is missing', ...openAt(1, {}), act: goOn, shows: '.missing' },
  times: { title: 'A form: times', ...openAt(2), shows: '.times' },
  summary: { title: 'A form: what was answered, before it goes', ...openAt(3), shows: 'form dl, .form > dl' },
  abandoning: {
    title: 'A form: given up?',
    ...openAt(0),
    act: (stage) => stage.press('.buttons button.plain'),
    shows: '.buttons[role=group]',
  },
  answered: {
    title: 'A form, answered',
    world: {
      events: history(
        says(bot, [{ type: 'form', form }], { messageId: OFFER }),
        says(guest, 'Form sent', {
          reply: {
            ...{ to: OFFER, kind: 'form', formId: 'rental' },
            answers: [
              { questionId: 'name', text: 'Maren Dahl', payload: 'Maren Dahl' },
              { questionId: 'gear', text: 'Vest', payload: 'Vest' },
              { questionId: 'gear', text: 'Spray deck', payload: 'Spray deck' },
            ],
          },
        }),
      ),
    },
    shows: '.form > dl',
  },
}
