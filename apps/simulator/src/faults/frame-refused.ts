import * as v from 'valibot'
import { errorFrame } from '../web-messaging/frames.ts'
import { defineFault } from './fault.ts'

export const frameRefused = defineFault({
  name: 'frame-refused',
  summary: 'A frame of the client is answered with an error; 429 says how long to wait.',
  stage: 'request',
  parameters: v.strictObject({
    code: v.optional(v.pipe(v.number(), v.integer()), 5000),
    message: v.optional(v.string(), 'Unexpected error'),
    retryAfterSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 3),
  }),
  effect: ({ code, message, retryAfterSeconds: retryAfter }) => ({
    apply(tracingId) {
      if (code !== 429) return errorFrame(code, message, tracingId)
      const body = { retryAfter, errorCode: 4029, errorMessage: 'Message rate too high for this session' }
      return { type: 'response', class: 'TooManyRequestsErrorMessage', code, body, tracingId }
    },
  }),
})
