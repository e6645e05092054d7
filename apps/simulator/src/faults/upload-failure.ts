import * as v from 'valibot'
import { defineFault } from './fault.ts'

export const uploadFailure = defineFault({
  name: 'upload-failure',
  summary: 'The bytes of a file are taken, and rejected when they are looked at.',
  stage: 'before',
  parameters: v.strictObject({
    errorCode: v.optional(v.pipe(v.number(), v.integer()), 4003),
    errorMessage: v.optional(v.string(), 'The content does not match the declared type'),
  }),
  effect: (failure) => ({
    apply: (exchange) => void (exchange.uploadFailure = failure),
  }),
})
