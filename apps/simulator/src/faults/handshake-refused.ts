import * as v from 'valibot'
import { defineFault } from './fault.ts'

export const handshakeRefused = defineFault({
  name: 'handshake-refused',
  summary: 'A socket is not opened: an HTTP status, or no answer at all.',
  stage: 'handshake',
  parameters: v.strictObject({
    status: v.optional(
      v.union([v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)), v.literal('hang')]),
      403,
    ),
  }),
  effect: ({ status }) => ({ apply: () => (status === 'hang' ? 'hang' : { status }) }),
})
