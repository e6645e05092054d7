import * as v from 'valibot'
import { withHeaders } from '../rest/answer.ts'
import { defineFault } from './fault.ts'

export const clockSkew = defineFault({
  name: 'clock-skew',
  summary: 'The server takes it to be offsetSeconds later (negative: earlier) in its Date header.',
  stage: 'after',
  parameters: v.strictObject({ offsetSeconds: v.pipe(v.number(), v.minValue(-1e9), v.maxValue(1e9)) }),
  effect: ({ offsetSeconds }) => ({
    apply: ({ arrivedAtMs }, answer) =>
      withHeaders(answer, { date: new Date(arrivedAtMs + offsetSeconds * 1000).toUTCString() }),
  }),
})
