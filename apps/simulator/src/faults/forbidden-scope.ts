import { scopes } from '@foyer/shared/platform/guest-api'
import * as v from 'valibot'
import { InsufficientScopeDialect } from '../options.ts'
import { insufficientScope } from '../rest/insufficient-scope.ts'
import { defineFault } from './fault.ts'

export const forbiddenScope = defineFault({
  name: 'forbidden-scope',
  summary: '403 insufficient_scope although the token was granted the scope: it was taken away later.',
  stage: 'before',
  parameters: v.strictObject({
    dialect: v.optional(InsufficientScopeDialect),
    missing: v.optional(v.pipe(v.array(v.string()), v.minLength(1)), [scopes.send]),
  }),
  effect: ({ dialect, missing }) => ({
    apply({ grant, correlationId }, { behaviour }) {
      const granted = (grant?.scopes ?? []).filter((scope) => !missing.includes(scope))
      const shortfall = { required: missing, granted, missing }
      return insufficientScope(dialect ?? behaviour.insufficientScopeDialect, shortfall, correlationId)
    },
  }),
})
