import { expect, test } from 'vitest'
import { applyEvents } from './apply-event.ts'
import { guest, said, told } from './timeline-samples.ts'
import { emptyTimeline, type MessageEntry } from './timeline.ts'
import { isSuperseded, withUnsent, type Unsent } from './with-unsent.ts'

const { entries } = applyEvents(emptyTimeline, [said(1, guest, 'a'), told(2, 1, 'failed')])
const unsent = (messageId: string, supersedesSeq = 0): Unsent => ({
  message: { ...(entries[0] as MessageEntry), messageId, state: 'pending', stateSeq: 0 },
  supersedesSeq,
})

test('shows what is on its way after what is known', () => {
  expect(withUnsent(entries, [unsent('message-9')]).map((entry) => 'messageId' in entry && entry.messageId)).toEqual([
    'message-1',
    'message-9',
  ])
})

test('shows what is tried again in its place', () => {
  expect(withUnsent(entries, [unsent('message-1', 2)])).toMatchObject([
    { messageId: 'message-1', seq: 1, state: 'pending' },
  ])
})

test('believes the timeline when it says more', () => {
  expect(withUnsent(entries, [unsent('message-1', 1)])).toMatchObject([{ state: 'failed' }])
  expect(isSuperseded(unsent('message-1', 1), entries)).toBe(true)
  expect(isSuperseded(unsent('message-1', 2), entries)).toBe(false)
})
