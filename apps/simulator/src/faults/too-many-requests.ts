import * as v from 'valibot'
import { tooManyRequests } from '../rest/error-answers.ts'
import { defineFault } from './fault.ts'

export const tooManyRequestsFault = defineFault({
  name: 'too-many-requests',
  summary: '429. With retryAfterSeconds null the caller is not told how long to wait.',
  stage: 'before',
  parameters: v.strictObject({
    retryAfterSeconds: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))), 1),
  }),
  effect: ({ retryAfterSeconds }) => ({
    apply({ correlationId }, { behaviour }) {
      const limit = { key: 'token.rate.per.minute', value: behaviour.rateLimitPerMinute }
      return tooManyRequests(limit, retryAfterSeconds ?? undefined).toAnswer(correlationId)
    },
  }),
})
