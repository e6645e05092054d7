import * as v from 'valibot'
import { defineFault } from './fault.ts'

export const sessionExpired = defineFault({
  name: 'session-expired',
  summary: 'The session ends when the client sends its next frame, which is not served.',
  stage: 'request',
  parameters: v.strictObject({}),
  effect: () => ({ apply: () => 'expire' as const }),
})
