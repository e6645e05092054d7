import type { Forms } from '@foyer/shared/protocol/forms'
import { at, becomes, comes, history, says } from '../samples/history.ts'
import { guest, mia } from '../samples/people.ts'
import { problem } from '../samples/problems.ts'
import type { GalleryState, Stage } from '../stage.ts'
import type { World } from '../staged-bff.ts'

const rating: Forms['rating'] = { title: 'How was it?', worst: 'Not good', best: 'Great' }
const said = [
  says(guest, 'Is the blue kayak free on Saturday?'),
  comes(mia),
  says(mia, 'It is, from ten o’clock on. I have put it aside for you.'),
  says(guest, 'Thank you!', { minute: 4 }),
]
const over = (more: Partial<World> = {}): Partial<World> => ({
  ...{ events: history(...said, becomes('ended')), conversation: { state: 'ended' } },
  ...more,
})

const rate = (stage: Stage) => stage.press('fieldset button:last-of-type')
const leave = (stage: Stage) => stage.press('section > button.plain')
const lose = async (stage: Stage) => {
  await stage.conversation()
  stage.bff.tell({ type: 'session', seq: stage.bff.lastSeq, at: at(12), state: 'expired' })
}

export const endingStates: Record<string, GalleryState> = {
  ended: { title: 'Ended', world: over(), shows: 'section dl' },
  rating: { title: 'Ended, with a rating asked for', world: over({ forms: { rating } }), shows: 'fieldset button' },
  rated: {
    title: 'Rated',
    world: over({ forms: { rating } }),
    act: rate,
    shows: 'section > p[role=status]:not(:empty)',
  },
  'rating-failed': {
    title: 'A rating that did not arrive',
    world: over({
      forms: { rating },
      answers: { rateConversation: { problem: problem('internal-error', 500) } },
    }),
    act: rate,
    shows: 'section > p[role=status]:not(:empty)',
  },
  'rated-before': {
    title: 'Ended, rated before a reload',
    world: over({ forms: { rating }, conversation: { state: 'ended', rated: true } }),
    shows: 'section:not(:has(fieldset)) dl',
  },
  left: { title: 'Left for good', world: over(), act: leave, shows: '[role=status] > .good' },
  'leave-failed': {
    title: 'Ended, and the guest could not leave',
    world: over({ answers: { endSession: { problem: problem('store-unavailable', 503) } } }),
    act: leave,
    shows: 'section > [role=alert]',
  },
  deleted: {
    title: 'Deleted, and left with that',
    world: { events: history(...said) },
    async act(stage) {
      await stage.press('.opener')
      await stage.press('.menu .danger')
      await stage.press('dialog button.danger')
    },
    shows: '[role=status] > .good',
  },
  cleared: {
    title: 'Deleted, in a session that goes on',
    world: { events: history(...said) },
    async act(stage) {
      await (await stage.conversation()).clear()
      stage.bff.tell(becomes('cleared')(stage.bff.lastSeq + 1))
    },
    shows: '[role=log]:empty + section, [role=log]:not(:has(*)) + section',
  },
  gone: { title: 'The session is over', world: { events: history(...said) }, act: lose, shows: 'section h2' },
  'gone-with-draft': {
    title: 'The session is over, and something was typed',
    world: { events: history(...said) },
    stored: { draft: 'One more question' },
    act: lose,
    shows: 'section h2',
  },
}
