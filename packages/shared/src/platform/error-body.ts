import * as v from 'valibot'

const ErrorDetail = v.object({
  errorCode: v.nullish(v.string()),
  fieldName: v.nullish(v.string()),
  entityId: v.nullish(v.string()),
})

const NestedError = v.object({
  code: v.nullish(v.string()),
  errorCode: v.nullish(v.string()),
  message: v.nullish(v.string()),
  messageParams: v.nullish(v.record(v.string(), v.string())),
})

/**
 * Every shape in which a platform says no: `ErrorBody` (platform-api.md §2.3), OAuth's (§1.3), and the dialects of §5.7.
 * All optional: what cannot be read is left out, never a reason to lose the rest.
 */
export const ErrorBody = v.object({
  message: v.fallback(v.optional(v.string()), undefined),
  code: v.fallback(v.optional(v.string()), undefined),
  status: v.fallback(v.optional(v.number()), undefined),
  contextId: v.fallback(v.optional(v.string()), undefined),
  messageParams: v.fallback(v.optional(v.record(v.string(), v.string())), undefined),
  details: v.fallback(v.optional(v.array(ErrorDetail)), undefined),
  errors: v.fallback(v.optional(v.array(v.union([v.string(), NestedError]))), undefined),
  limit: v.fallback(v.optional(v.object({ key: v.string() })), undefined),
  retryAfter: v.fallback(v.optional(v.number()), undefined),
  error: v.fallback(v.optional(v.string()), undefined),
  error_description: v.fallback(v.optional(v.string()), undefined),
  description: v.fallback(v.optional(v.string()), undefined),
  scope: v.fallback(v.optional(v.string()), undefined),
})
export type ErrorBody = v.InferOutput<typeof ErrorBody>
