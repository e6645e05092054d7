import { readSample } from '@foyer/shared/platform/samples'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { diagnose } from './diagnose.ts'
import type { Failure } from './failure.ts'

const Cases = v.object({
  cases: v.array(
    v.object({
      name: v.string(),
      given: v.looseObject({
        operation: v.string(),
        response: v.optional(
          v.object({
            status: v.number(),
            headers: v.record(v.string(), v.string()),
            body: v.optional(v.unknown()),
            text: v.optional(v.string()),
          }),
        ),
      }),
      expect: v.looseObject({ mentions: v.optional(v.array(v.string()), []) }),
    }),
  ),
})

const { cases } = v.parse(Cases, readSample('guest-api', '90-diagnosis-cases.json'))

/** A vector holds the body parsed; on the wire it is text. */
function toFailure({ response, ...given }: (typeof cases)[number]['given']): Failure {
  const failure = { context: {}, ...given } as Failure
  if (!response) return failure
  const body = response.text ?? (response.body === undefined ? '' : JSON.stringify(response.body))
  return { ...failure, response: { status: response.status, headers: response.headers, body } }
}

describe('the vectors of the reference', () => {
  test.each(cases.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const verdict = diagnose(toFailure(vector.given))
    const { mentions, ...expected } = vector.expect
    expect(verdict).toMatchObject(expected)
    const words = [verdict.detail, ...verdict.fix].join('\n').toLowerCase()
    for (const mention of mentions) expect(words).toContain(mention.toLowerCase())
  })
})
