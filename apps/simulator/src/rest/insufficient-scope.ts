import type { InsufficientScopeDialect } from '../options.ts'
import { emptyAnswer, jsonAnswer, withHeaders, type Answer } from './answer.ts'
import { REALM, Refusal } from './error-answers.ts'

export interface ScopeShortfall {
  readonly required: readonly string[]
  readonly granted: readonly string[]
  readonly missing: readonly string[]
}

/** 403 with one meaning in four dialects (platform-api.md §5.7). */
export function insufficientScope(
  dialect: InsufficientScopeDialect,
  shortfall: ScopeShortfall,
  contextId: string,
): Answer {
  switch (dialect) {
    case 'genesys':
      return inGenesysDialect(shortfall, contextId)
    case 'rfc6750':
      return inOAuthDialect(shortfall)
    case 'strings':
      return jsonAnswer(
        403,
        '{"message":"Forbidden","code":"not.authorized","status":403,"errors":["insufficient_scope"]}',
      )
    case 'bare':
      return { ...emptyAnswer(403), headers: {}, body: '' }
  }
}

function inGenesysDialect({ required, granted, missing }: ScopeShortfall, contextId: string): Answer {
  const brackets = `[${missing.join(', ')}]`
  const [needs, has, lacks] = [required.join(' '), granted.join(' '), missing.join(' ')]
  const reason = {
    message: `Granted [${has}], required [${needs}].`,
    code: 'insufficient_scope',
    status: 403,
    messageParams: { required: needs, granted: has, missing: lacks },
    details: [],
    errors: [],
  }
  return new Refusal(
    403,
    'app.not.authorized.for.scope',
    `App not authorized to use scope ${brackets}`,
    {
      messageWithParams: 'App not authorized to use scope {scopes}',
      messageParams: { scopes: brackets },
      details: [{ errorCode: 'insufficient_scope', fieldName: 'scope' }],
      errors: [reason],
    },
    challenge(`error_description="missing ${lacks}", scope="${needs}"`),
  ).toAnswer(contextId)
}

function inOAuthDialect({ required }: ScopeShortfall): Answer {
  const scope = required.join(' ')
  const body = {
    error: 'insufficient_scope',
    error_description: 'The request requires higher privileges than provided by the access token.',
    scope,
  }
  const headers = { 'content-type': 'application/json', ...challenge(`scope="${scope}"`) }
  return withHeaders(jsonAnswer(403, JSON.stringify(body)), headers)
}

const challenge = (parameters: string) => ({
  'www-authenticate': `Bearer realm="${REALM}", error="insufficient_scope", ${parameters}`,
})
