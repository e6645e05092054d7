import { expect, test } from 'vitest'
import { applyEvents } from './apply-event.ts'
import { presentParticipants } from './present-participants.ts'
import { bot, came, guest, mia, said } from './timeline-samples.ts'
import { emptyTimeline } from './timeline.ts'

const { entries } = applyEvents(emptyTimeline, [came(1, bot), came(2, bot, 'left'), came(3, mia), came(4, guest)])

test('follows the coming and going since the snapshot', () => {
  expect(presentParticipants({ participants: [bot], seq: 1 }, entries)).toEqual([mia])
})

test('does not apply again what the snapshot knows', () => {
  expect(presentParticipants({ participants: [mia], seq: 4 }, entries)).toEqual([mia])
})

test('shows the person alone once one has taken over from the bot', () => {
  expect(presentParticipants({ participants: [bot, mia], seq: 4 }, entries)).toEqual([mia])
  expect(presentParticipants({ participants: [bot], seq: 4 }, entries)).toEqual([bot])
})

test('who says something is there, where nobody tells of comings', () => {
  const talk = applyEvents(emptyTimeline, [said(1, bot, 'a'), said(2, mia, 'b'), said(3, guest, 'c')])
  expect(presentParticipants({ participants: [], seq: 0 }, talk.entries)).toEqual([mia])
})
