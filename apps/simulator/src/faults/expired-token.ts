import * as v from 'valibot'
import { defineFault } from './fault.ts'

export const expiredToken = defineFault({
  name: 'expired-token',
  summary: 'The token expires at the very moment it is used: 401 credentials.expired until it is refreshed.',
  stage: 'before',
  parameters: v.strictObject({}),
  effect: () => ({
    apply({ grant }, world) {
      if (grant) world.grants.expire(grant)
      return undefined
    },
  }),
})
