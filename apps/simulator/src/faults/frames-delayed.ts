import * as v from 'valibot'
import { defineFault, Milliseconds } from './fault.ts'

export const framesDelayed = defineFault({
  name: 'frames-delayed',
  summary: 'A frame comes late; those after it overtake it.',
  stage: 'frame',
  parameters: v.strictObject({ delayMs: v.optional(Milliseconds, 1000) }),
  effect: ({ delayMs }) => ({
    deliver: (frame, line) => void line.clock.after(delayMs, () => line.push(frame)),
  }),
})
