import type { LoggedEvent } from '@foyer/shared/protocol/event'
import { expect, test } from 'vitest'
import { applyEvents } from './apply-event.ts'
import { openQuickReplies } from './open-quick-replies.ts'
import { bot, guest, said, told } from './timeline-samples.ts'
import { emptyTimeline } from './timeline.ts'

const replies = [{ text: 'An order', payload: 'order' }]
const offered = (seq: number): LoggedEvent => ({
  ...said(seq, bot, ''),
  ...{ parts: [{ type: 'quick-replies', title: 'What is it about?', replies }] },
})
const open = (...events: LoggedEvent[]) => openQuickReplies(applyEvents(emptyTimeline, events).entries)?.messageId

test('the last ones offered are open, whatever else is said to the guest', () => {
  expect(open(offered(1), offered(2), said(3, bot, 'Take your time'))).toBe('message-2')
})

test('once the guest has said something they are not, unless that was refused', () => {
  expect(open(offered(1), said(2, guest, 'Hello'))).toBeUndefined()
  expect(open(offered(1), said(2, guest, 'Hello'), told(3, 2, 'failed'))).toBe('message-1')
})

test('where none were offered there are none', () => {
  expect(open(said(1, bot, 'Hello'))).toBeUndefined()
})
