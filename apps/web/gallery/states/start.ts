import type { Forms } from '@foyer/shared/protocol/forms'
import { missingScope, problem } from '../samples/problems.ts'
import type { GalleryState, Stage } from '../stage.ts'

const preChat: Forms['preChat'] = {
  title: 'Before we start',
  text: 'So that the right person can answer at once.',
  skippable: true,
  questions: [
    { kind: 'text', id: 'name', label: 'Your name', required: true, maxCharacters: 80 },
    { kind: 'email', id: 'email', label: 'Email', required: true, maxCharacters: 120 },
    { kind: 'phone', id: 'phone', label: 'Phone', required: false, maxCharacters: 40 },
    {
      ...{ kind: 'choice', id: 'topic', label: 'What is it about?', required: true },
      options: [
        { value: 'booking', label: 'A booking' },
        { value: 'other', label: 'Something else' },
      ],
    },
    { kind: 'consent', id: 'consent', label: 'I agree that my answers are kept with this chat.', required: true },
  ],
}

const begin = ({ page }: Stage) => void page.session.start()
const asks = { world: { forms: { preChat } }, act: begin }

export const startStates: Record<string, GalleryState> = {
  empty: { title: 'Nothing said yet', shows: '[role=log] h2' },
  typed: {
    title: 'A first message, not sent yet',
    act: (stage) => stage.fill('.composer textarea', 'Hello, is the blue kayak free on Saturday?'),
    shows: '.composer > button:enabled',
  },
  draft: {
    title: 'A draft from before a reload, of several lines',
    stored: { draft: 'Hello,\n\nI booked two kayaks for Saturday.\nCould we have a third?\n\nThank you' },
    shows: '.composer > button:enabled',
  },
  'near-limit': {
    title: 'Near the longest text one message can have',
    stored: { draft: 'a long story '.repeat(300) },
    shows: '.composer p:not(.over)',
  },
  'over-limit': {
    title: 'Too long for one message',
    stored: { draft: 'a long story '.repeat(330) },
    shows: '.composer p.over',
  },
  opening: {
    title: 'The chat is being opened, with a message that waits for it',
    world: { answers: { startSession: 'nothing' } },
    act: (stage) => stage.send('Hello, is the blue kayak free on Saturday?'),
    shows: '[data-state=pending]',
  },
  loading: {
    title: 'A conversation is being taken up',
    world: { hasSession: true, answers: { readMessages: 'nothing' } },
    shows: '[aria-busy=true]',
  },
  'pre-chat': { title: 'Questions before the chat', ...asks, shows: 'form select' },
  'pre-chat-errors': {
    title: 'Questions before the chat, not all answered',
    ...asks,
    act: async (stage) => {
      begin(stage)
      await stage.fill('input[type=email]', 'maren@')
      await stage.press('form button[type=submit]')
    },
    shows: 'input:user-invalid',
  },
  refused: {
    title: 'No chat: what guests of a live site are told',
    world: { answers: { startSession: { problem: problem('platform-refused', 502) } } },
    act: begin,
    shows: '.request',
  },
  'refused-diagnosis': {
    title: 'No chat: what whoever sets it up is told',
    world: {
      answers: { startSession: { problem: problem('guest-scope-missing', 502, { diagnosis: missingScope }) } },
    },
    stored: { draft: 'Hello, is the blue kayak free on Saturday?' },
    act: begin,
    shows: '.evidence',
  },
  'cookies-blocked': {
    title: 'The browser keeps no cookie of ours',
    world: { answers: { readSession: { problem: problem('session-required', 401) } } },
    act: begin,
    shows: '.actions a',
  },
}
