import { becomes, comes, history, notices, says, at } from '../samples/history.ts'
import { bot, guest, longName, mia, nameless, noor } from '../samples/people.ts'
import { face } from '../samples/pictures.ts'
import { problem } from '../samples/problems.ts'
import type { GalleryState } from '../stage.ts'

const WORD = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'
const MARKDOWN = `*Bold*, _slanted_, ~gone~, ==marked== and \`code\`.
A [label](https://harborlane.example/boats), and an address: https://harborlane.example/boats
\`\`\`
paddle --left 3 --right 3 --until the-pier-is-in-sight-and-not-one-stroke-further-than-that
\`\`\`
Then *_both_*.`

const greeting = [
  says(bot, 'Hello! I am the assistant of Harbor Lane Boats. What can I do for you?'),
  says(guest, 'Is the blue kayak free on Saturday?'),
]
const beginning = [...greeting, comes(mia), says(mia, 'Hi, this is Mia. It is, from ten o’clock on.', { minute: 4 })]

export const conversationStates: Record<string, GalleryState> = {
  'first-messages': {
    title: 'The first messages',
    world: { events: history(...beginning, says(guest, 'Lovely, we take it.', { minute: 5 })) },
    shows: '[data-state=read]',
  },
  grouped: {
    title: 'Several messages of one after another',
    world: {
      events: history(
        says(mia, 'I have put it aside for you.', { minute: 1 }),
        says(mia, 'Two paddles and two vests come with it.', { minute: 1 }),
        says(mia, 'Anything else?', { minute: 2 }),
        says(guest, 'A spray deck, please', { minute: 3 }),
        says(guest, 'And', { minute: 3 }),
        says(guest, 'somewhere to leave a car', { minute: 4, state: 'delivered' }),
      ),
    },
    shows: '[data-state=delivered]',
  },
  days: {
    title: 'Over several days',
    world: {
      events: history(
        says(guest, 'Do you rent in winter?', { daysAgo: 400 }),
        says(mia, 'From March on.', { daysAgo: 399 }),
        says(guest, 'Hello again', { daysAgo: 1 }),
        says(mia, 'Welcome back!', { daysAgo: 1 }),
        says(guest, 'The blue one, please'),
      ),
    },
    shows: '.divider ~ .run ~ .divider',
  },
  sending: {
    title: 'On its way',
    world: { events: history(...beginning), answers: { sendMessage: 'nothing' } },
    act: (stage) => stage.send('Lovely, we take it.'),
    shows: '[data-state=pending]',
  },
  typing: {
    title: 'The other side is typing',
    world: { events: history(...beginning, says(guest, 'And a red one?', { minute: 5 })) },
    async act(stage) {
      await stage.conversation()
      stage.bff.tell({
        type: 'typing',
        seq: stage.bff.lastSeq,
        at: at(6),
        participant: mia,
        typing: true,
        durationMs: 9000,
      })
    },
    shows: '.dots',
  },
  'coming-and-going': {
    title: 'People come and go',
    world: {
      events: history(
        ...beginning,
        comes(noor),
        says(noor, 'Noor here, I take over from Mia.', { minute: 6 }),
        comes(mia, 'left'),
        says(guest, 'Hello Noor', { minute: 8 }),
      ),
      answers: { readMedia: face() },
    },
    shows: '.pictured',
  },
  'long-names': {
    title: 'A very long name, and none',
    world: {
      events: history(
        comes(longName),
        says(longName, 'Good afternoon.', { minute: 2 }),
        comes(nameless),
        says(nameless, 'Hello, too.', { minute: 3 }),
      ),
      conversation: { participants: [longName, nameless] },
    },
    shows: '.run + p + .run',
  },
  'long-words': {
    title: 'Words, addresses and lines that do not end',
    world: {
      events: history(
        says(mia, WORD.repeat(3)),
        says(guest, `https://harborlane.example/${'a-very-long-way/'.repeat(20)}`),
        says(mia, 'x'.repeat(900)),
        says(guest, WORD, { minute: 9 }),
      ),
    },
    shows: 'a[href]',
  },
  markdown: {
    title: 'The platform’s Markdown, and code',
    world: { events: history(says(bot, MARKDOWN), says(guest, MARKDOWN)) },
    shows: 'pre code',
  },
  'other-scripts': {
    title: 'Scripts of both directions',
    world: {
      events: history(
        says(mia, 'שלום! הקיאק הכחול פנוי ביום שבת, מ־10:00.'),
        says(guest, 'مرحبا، نأخذ القارب الأزرق يوم السبت'),
        says(mia, '日本語でも大丈夫ですよ。土曜日の十時にお待ちしています。'),
        says(guest, '👍'),
      ),
    },
    shows: '[data-message-id=message-4]',
  },
  unread: {
    title: 'New messages, while the guest reads further up',
    world: { events: history(...Array.from({ length: 40 }, (_, at) => says(at % 3 ? mia : guest, `Line ${at + 1}`))) },
    async act(stage) {
      await stage.conversation()
      const log = await stage.find('.scroller[role=log]')
      log.scrollTop = 200
      await stage.find('.frame > button')
      stage.bff.tell(says(mia, 'Are you still there?', { minute: 50 })(41))
    },
    shows: '.fresh',
  },
  earlier: {
    title: 'There is more before this',
    world: { events: history(...beginning), hasEarlier: true, answers: {} },
    shows: '[data-state=read]',
  },
  unknown: {
    title: 'Something the page cannot show',
    world: { events: history(...greeting, says(bot, [{ type: 'unknown', fallback: 'A map of Pier 3' }])) },
    shows: '.unknown',
  },
  notice: {
    title: 'Messages may be missing, said in its place',
    world: { events: history(...beginning, notices(problem('messages-missing', 500))) },
    shows: '.notice bdi',
  },
  'read-only': {
    title: 'Closed for new messages',
    world: { events: history(...beginning, becomes('read-only')), conversation: { state: 'read-only' } },
    shows: 'section dl',
  },
}
