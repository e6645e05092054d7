import { at, fails, history, says } from '../samples/history.ts'
import { guest, mia } from '../samples/people.ts'
import { missingScope, problem } from '../samples/problems.ts'
import type { GalleryState, Stage } from '../stage.ts'

const TOLD_AFTER_MS = 1500
const LATE_MS = 5000

const events = history(
  says(guest, 'Is the blue kayak free on Saturday?'),
  says(mia, 'It is, from ten o’clock on.'),
  says(guest, 'Lovely, we take it.', { minute: 4 }),
)
const unsent = (reason: Parameters<typeof fails>[1]) => ({
  events: history(
    says(mia, 'What is your booking number?'),
    says(guest, 'HL-20488', { messageId: 'message-failed', state: 'failed' }),
    fails('message-failed', reason),
  ),
})
const bannerOf = (state: string) => `[role=status] p:has(svg)${state}`

/** The platform is down until so many minutes after two. */
const lose = (minute?: number) => async (stage: Stage) => {
  await stage.conversation()
  const retryAt = minute === undefined ? {} : { retryAt: at(minute) }
  stage.bff.tell({ type: 'connection', seq: stage.bff.lastSeq, at: at(12), state: 'down', ...retryAt })
  await stage.clock.pass(TOLD_AFTER_MS)
}

const expire = (extendable: boolean) => async (stage: Stage) => {
  await stage.conversation()
  const session = { type: 'session', state: 'expiring', expiresAt: at(17), extendable } as const
  stage.bff.tell({ ...session, seq: stage.bff.lastSeq, at: at(12) })
}

export const troubleStates: Record<string, GalleryState> = {
  failed: { title: 'A message was not accepted', world: unsent(problem('message-refused', 422)), shows: '.note' },
  'failed-diagnosis': {
    title: 'A message was not accepted: what whoever sets it up is told',
    world: unsent(problem('guest-scope-missing', 502, { diagnosis: missingScope })),
    shows: '.diagnosis',
  },
  'rate-limited': {
    title: 'Too many messages: a countdown',
    world: {
      events,
      answers: { sendMessage: { problem: problem('rate-limited', 429, { retryAfterSeconds: 24 }) } },
    },
    async act(stage) {
      await stage.conversation()
      await stage.send('And one more thing')
      await stage.clock.pass(TOLD_AFTER_MS)
    },
    shows: bannerOf(':has([aria-hidden=true] + *, span[aria-hidden])'),
  },
  late: {
    title: 'No answer for a while, and no trouble known',
    world: { events, answers: { sendMessage: 'nothing' } },
    async act(stage) {
      await stage.conversation()
      await stage.send('And a red one?')
      await stage.clock.pass(LATE_MS)
    },
    shows: '[role=status] p.calm',
  },
  offline: {
    title: 'Without a network, with a message that waits for it',
    world: { events, answers: { sendMessage: 'unreachable' } },
    async act(stage) {
      await stage.conversation()
      stage.network.go(false)
      await stage.send('And a red one?')
      await stage.clock.pass(TOLD_AFTER_MS)
    },
    shows: bannerOf(''),
  },
  reconnecting: {
    title: 'The line to us is being taken up again',
    world: { events, answers: { followEvents: 'unreachable' } },
    async act(stage) {
      await stage.conversation()
      await stage.clock.pass(TOLD_AFTER_MS)
    },
    shows: bannerOf(''),
  },
  waiting: {
    title: 'The platform cannot be reached: a countdown',
    world: { events },
    act: lose(13),
    shows: bannerOf(':has(span[aria-hidden])'),
  },
  gap: {
    title: 'Messages may be missing',
    world: {
      events,
      conversation: {
        capabilities: {
          ...{ typing: true, attachments: true, structuredContent: true, clear: true },
          ...{ end: true, history: false, readReceipts: true, presence: true },
        },
      },
    },
    async act(stage) {
      await lose()(stage)
      stage.bff.tell({ type: 'connection', seq: stage.bff.lastSeq, at: at(12), state: 'up' })
    },
    shows: '.notice button',
  },
  expiring: { title: 'The chat is about to close', world: { events }, act: expire(true), shows: '.notice button' },
  closing: {
    title: 'The chat will close, whatever is done',
    world: { events },
    act: expire(false),
    shows: '.notice p',
  },
  'storage-blocked': {
    title: 'The browser keeps nothing for the page',
    world: { events },
    isStorageBlocked: true,
    shows: '.notice button',
  },
  everything: {
    title: 'All of it at once',
    world: { events },
    isStorageBlocked: true,
    async act(stage) {
      await expire(true)(stage)
      await lose(13)(stage)
    },
    shows: '.notice + .notice',
  },
}
