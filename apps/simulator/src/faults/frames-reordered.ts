import * as v from 'valibot'
import type { OutgoingFrame } from '../web-messaging/frames.ts'
import { defineFault, type FrameLine } from './fault.ts'

/** So long a frame is held back when no other comes to go before it. */
const MAX_HOLD_MS = 200

export const framesReordered = defineFault({
  name: 'frames-reordered',
  summary: 'Every other frame waits for the one after it and comes behind it.',
  stage: 'frame',
  parameters: v.strictObject({}),
  effect: () => {
    const held = new Map<FrameLine, OutgoingFrame>()
    return {
      deliver(frame, line) {
        const earlier = held.get(line)
        if (earlier) {
          held.delete(line)
          line.push(frame)
          return line.push(earlier)
        }
        held.set(line, frame)
        line.clock.after(MAX_HOLD_MS, () => {
          if (held.get(line) !== frame) return
          held.delete(line)
          line.push(frame)
        })
      },
    }
  },
})
