import { neededScopes, notGranted } from './operations.ts'
import { findParam, namesInMessage, type Reading } from './read-failure.ts'
import { splitNames, toNames } from './safe-words.ts'

/** What a refused call needed, and what its token has. */
export type ScopeNeed = {
  /** The platform itself says that it is about a scope. */
  isSignalled: boolean
  required: string[]
  /** On the real platform the brackets list alternatives: one of them would do (platform-api.md §2.3). */
  requiredAnyOf: string[]
  /** Undefined where nobody told. */
  granted: string[] | undefined
  missing: string[]
}

/** Compares what was needed with what was granted; the first source that knows is believed (platform-api.md §5.9, step 6). */
export function weighScopes(reading: Reading): ScopeNeed {
  const isSignalled = hasScopeSignal(reading)
  const granted = grantedScopes(reading)
  const required = requiredScopes(reading, isSignalled)
  const missing = missingScopes(reading, required, granted)
  const alternatives = isSignalled && missing.length === 0 ? namesInMessage(reading) : []
  if (alternatives.length === 0) return { isSignalled, required, requiredAnyOf: [], granted, missing }
  const isNoneGranted = notGranted(alternatives, granted ?? []).length === alternatives.length
  if (isNoneGranted) return { isSignalled, required: [], requiredAnyOf: alternatives, granted, missing: alternatives }
  const requiredAnyOf = required.length === 0 ? alternatives : []
  return { isSignalled, required, requiredAnyOf, granted, missing }
}

export function hasScopeSignal({ codes, text }: Reading): boolean {
  return (
    codes.has('insufficient_scope') || codes.has('app.not.authorized.for.scope') || text.includes('insufficient_scope')
  )
}

function requiredScopes(reading: Reading, isSignalled: boolean): string[] {
  const known = neededScopes(reading.operation, reading.context)
  if (!isSignalled) return known
  const inChallenge = splitNames(reading.challenge.scope)
  const told = inChallenge.length > 0 ? inChallenge : splitNames(findParam(reading, 'required') ?? reading.body.scope)
  return toNames([...known, ...told])
}

function grantedScopes(reading: Reading): string[] | undefined {
  if (reading.context.granted) return toNames(reading.context.granted)
  const told = findParam(reading, 'granted')
  return told === undefined ? undefined : splitNames(told)
}

function missingScopes(reading: Reading, required: string[], granted: string[] | undefined): string[] {
  if (granted) return notGranted(required, granted)
  const told = [...splitNames(findParam(reading, 'missing')), ...namesInMessage(reading)]
  const named = required.filter((scope) => told.includes(scope))
  return named.length > 0 ? named : required
}
