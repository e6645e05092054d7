import * as v from 'valibot'
import { defineFault } from './fault.ts'

export const revokedToken = defineFault({
  name: 'revoked-token',
  summary: 'The token is revoked at the very moment it is used, and its refresh token with it: 401 bad.credentials.',
  stage: 'before',
  parameters: v.strictObject({}),
  effect: () => ({
    apply({ grant }, world) {
      if (grant) world.grants.revokeFamily(grant.family)
      return undefined
    },
  }),
})
