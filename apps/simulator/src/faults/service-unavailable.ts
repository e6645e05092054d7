import * as v from 'valibot'
import { serviceUnavailable } from '../rest/error-answers.ts'
import { defineFault } from './fault.ts'

export const serviceUnavailableFault = defineFault({
  name: 'service-unavailable',
  summary: '503 service.unavailable; nothing was done.',
  stage: 'before',
  parameters: v.strictObject({
    retryAfterSeconds: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))), null),
  }),
  effect: ({ retryAfterSeconds }) => ({
    apply({ correlationId }) {
      const headers = retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }
      return serviceUnavailable(headers).toAnswer(correlationId)
    },
  }),
})
