import * as v from 'valibot'
import { defineFault } from './fault.ts'

export const socketClosed = defineFault({
  name: 'socket-closed',
  summary: 'The socket closes in place of a frame: what was asked is done, and nobody says so. 1006: without a word.',
  stage: 'frame',
  parameters: v.strictObject({
    code: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(4999)), 1001),
  }),
  effect: ({ code }) => ({ deliver: (_frame, line) => line.close(code) }),
})
