import type { Reply } from '@foyer/shared/protocol/message'
import type { Card, MessagePart } from '@foyer/shared/protocol/message-part'
import { toFullTime } from '../../src/text/format.ts'
import { at, history, says } from '../samples/history.ts'
import { bot, guest, mia } from '../samples/people.ts'
import { bay } from '../samples/pictures.ts'
import { problem } from '../samples/problems.ts'
import type { GalleryState } from '../stage.ts'
import type { Answer } from '../staged-bff.ts'

const OFFER = 'message-offer'

const quickReplies: MessagePart = {
  type: 'quick-replies',
  title: 'What is it about?',
  replies: ['A booking', 'Opening hours', 'Lost and found', 'Something else'].map((text) => ({ text, payload: text })),
}
const boat = (title: string, image = true): Card => ({
  title,
  description: 'Sea-going, with a spray deck. Two seats, 4.8 m.',
  image: image ? `https://harborlane.example/${title}.png` : undefined,
  actions: [
    { type: 'link', text: 'See it', url: 'https://harborlane.example/boats' },
    { type: 'choice', text: `Book the ${title}`, payload: title },
  ],
})
const gear = (multiple: boolean): MessagePart => ({
  ...{ type: 'list-picker', title: 'What shall we bring?', subtitle: 'Vests are always there.', reply: undefined },
  sections: [
    {
      ...{ title: 'Paddles', multiple },
      items: [
        { id: 'wood', title: 'Wood', subtitle: 'Heavy, and beautiful' },
        { id: 'carbon', title: 'Carbon', subtitle: undefined },
        { id: 'folding', title: 'Folding', subtitle: 'Fits into a rucksack' },
      ],
    },
  ],
})
const days: MessagePart = {
  ...{ type: 'date-picker', title: 'When do you want to go?', subtitle: 'An hour each' },
  ...{ earliest: undefined, latest: undefined },
  times: [-3, -3, -3, -4, -4, -5, -6].map((day, slot) => ({ at: at(slot * 60 - 240, day), durationSeconds: 3600 })),
}
const anyTime: MessagePart = {
  ...{ type: 'date-picker', title: 'When shall we call?', subtitle: undefined, times: [] },
  ...{ earliest: at(0, -1), latest: at(0, -9) },
}

const taken = (kind: Exclude<Reply['kind'], 'form'>, ...payloads: string[]): Reply => ({
  ...{ to: OFFER, kind },
  choices: payloads.map((payload) => ({ text: payload.endsWith('Z') ? toFullTime(payload) : payload, payload })),
})
const offered = (...parts: MessagePart[]) => says(bot, parts, { messageId: OFFER, minute: 4 })
const asked = says(guest, 'We are two, and new to this.', { minute: 3 })
const offers = (...parts: MessagePart[]) => ({ events: history(asked, offered(...parts)) })
const answered = (reply: Reply, ...parts: MessagePart[]) => {
  const text = reply.kind === 'form' ? '' : reply.choices.map((choice) => choice.text).join(', ')
  return { events: history(asked, offered(...parts), says(guest, text, { reply, minute: 5 })) }
}
const pictured = (readMedia: Answer) => ({ answers: { readMedia } })
const cards = (image = true) => ['Blue kayak', 'Red canoe', 'Rowing boat'].map((title) => boat(title, image))

export const contentStates: Record<string, GalleryState> = {
  'quick-replies': { title: 'Quick replies', world: offers(quickReplies), shows: 'ul > li > button' },
  'quick-replies-answered': {
    title: 'Quick replies, one taken',
    world: answered(taken('quick-replies', 'Opening hours'), quickReplies),
    shows: '.taken',
  },
  card: {
    title: 'A card',
    world: { ...offers({ type: 'card', card: boat('Blue kayak') }), ...pictured(bay()) },
    shows: '.card img',
  },
  'card-without-picture': {
    title: 'A card whose picture cannot be had',
    world: {
      ...offers({ type: 'card', card: boat('Blue kayak') }),
      ...pictured({ problem: problem('not-found', 404) }),
    },
    shows: '.card:not(:has(.picture))',
  },
  'card-answered': {
    title: 'A card, booked',
    world: {
      ...answered(taken('card', 'Blue kayak'), { type: 'card', card: boat('Blue kayak') }),
      ...pictured(bay()),
    },
    shows: '[aria-pressed=true]',
  },
  carousel: {
    title: 'Cards side by side',
    world: { ...offers({ type: 'carousel', cards: cards() }), ...pictured(bay()) },
    shows: '.next',
  },
  'carousel-middle': {
    title: 'Cards side by side, some on either side',
    world: offers({ type: 'carousel', cards: [...cards(false), ...cards(false)] }),
    async act(stage) {
      const list = await stage.find('.carousel ul')
      list.scrollTo({ left: getComputedStyle(list).direction === 'rtl' ? -300 : 300, behavior: 'instant' })
    },
    shows: '.previous',
  },
  'list-single': { title: 'A list: one of several', world: offers(gear(false)), shows: 'input[type=radio]' },
  'list-multiple': {
    title: 'A list: any of several, two picked',
    world: offers(gear(true)),
    async act(stage) {
      await stage.press('input[type=checkbox]')
      await stage.press('label:last-of-type > input[type=checkbox]')
    },
    shows: '.picked + label + .picked',
  },
  'list-answered': {
    title: 'A list, answered',
    world: answered(taken('list-picker', 'carbon'), gear(false)),
    shows: 'fieldset:disabled .picked',
  },
  'times-by-day': { title: 'Times by day', world: offers(days), shows: 'section + section + section' },
  'times-answered': {
    title: 'Times by day, one taken',
    world: answered(taken('date-picker', at(-240, -3)), days),
    shows: '[aria-pressed=true]',
  },
  'any-time': { title: 'Any time between two', world: offers(anyTime), shows: 'input[type=datetime-local]' },
  'any-time-answered': {
    title: 'Any time between two, answered',
    world: answered(taken('date-picker', at(0, -3)), anyTime),
    shows: '[aria-pressed=true]',
  },
  'words-and-offer': {
    title: 'Words, and an offer with them',
    world: {
      events: history(says(mia, [{ type: 'text', text: 'Happy to help.' }, quickReplies], { messageId: OFFER })),
    },
    shows: 'ul > li > button',
  },
}
