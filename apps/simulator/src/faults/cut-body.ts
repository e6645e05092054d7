import * as v from 'valibot'
import { defineFault } from './fault.ts'

export const cutBody = defineFault({
  name: 'cut-body',
  summary: 'The operation is done, but the line breaks after afterBytes of the body; a stream is cut too.',
  stage: 'after',
  parameters: v.strictObject({ afterBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 20) }),
  effect: ({ afterBytes }) => ({ apply: (_exchange, answer) => ({ ...answer, cutAfterBytes: afterBytes }) }),
})
