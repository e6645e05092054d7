import * as v from 'valibot'
import { internalError } from '../rest/error-answers.ts'
import { defineFault } from './fault.ts'

export const internalErrorFault = defineFault({
  name: 'internal-error',
  summary: '500 internal.server.error; nothing was done.',
  stage: 'before',
  parameters: v.strictObject({}),
  effect: () => ({ apply: ({ correlationId }) => internalError().toAnswer(correlationId) }),
})
