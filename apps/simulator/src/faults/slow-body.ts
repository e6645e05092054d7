import * as v from 'valibot'
import { defineFault, Milliseconds } from './fault.ts'

export const slowBody = defineFault({
  name: 'slow-body',
  summary: 'The headers come at once, the body bytesPerChunk at a time with intervalMs in between.',
  stage: 'after',
  parameters: v.strictObject({
    bytesPerChunk: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 16),
    intervalMs: v.optional(Milliseconds, 100),
  }),
  effect: (pace) => ({ apply: (_exchange, answer) => ({ ...answer, pace }) }),
})
