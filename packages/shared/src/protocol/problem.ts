import * as v from 'valibot'

/**
 * What the person who runs Foyer needs to mend a refusal of the platform. Never holds a secret or a token.
 * `detail` is one sentence; `fix` are steps in order; `evidence` is what the platform itself said.
 */
export const Diagnosis = v.object({
  cause: v.string(),
  detail: v.string(),
  requested: v.array(v.string()),
  granted: v.array(v.string()),
  missing: v.array(v.string()),
  evidence: v.object({
    operation: v.optional(v.string()),
    status: v.optional(v.number()),
    code: v.optional(v.string()),
    correlationId: v.optional(v.string()),
  }),
  fix: v.array(v.string()),
})
export type Diagnosis = v.InferOutput<typeof Diagnosis>

/** `code` of a problem: the contract. Each has a page of this name in docs/problems. */
export const ProblemCode = v.picklist([
  'attachment-not-found',
  'attachment-refused',
  'blocked-cross-site',
  'conversation-ended',
  'conversation-not-found',
  'guest-scope-missing',
  'internal-error',
  'invalid-request',
  'message-id-reused',
  'message-refused',
  'messages-missing',
  'method-not-allowed',
  'misdirected-request',
  'not-found',
  'not-supported',
  'overloaded',
  'payload-too-large',
  'platform-refused',
  'platform-unavailable',
  'rate-limited',
  'request-timeout',
  'session-required',
  'shutting-down',
  'store-unavailable',
  'too-many-streams',
  'unsupported-media-type',
])
export type ProblemCode = v.InferOutput<typeof ProblemCode>

/** What is wrong with a file, where no other attempt with the same file can help. */
export const FileRefusal = v.picklist(['type', 'content', 'too-large', 'empty', 'no-extension', 'name-too-long'])
export type FileRefusal = v.InferOutput<typeof FileRefusal>

/** RFC 9457 problem details, with our members. `errors` says where the input was wrong; `retryAfterSeconds` when to try again. */
export const Problem = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  detail: v.string(),
  code: v.fallback(ProblemCode, 'internal-error'),
  requestId: v.optional(v.string()),
  /** The request's id once more, as the standard wants it: a URN. */
  instance: v.optional(v.string()),
  retryAfterSeconds: v.optional(v.number()),
  errors: v.optional(v.array(v.object({ path: v.string(), message: v.string() }))),
  /** With `attachment-refused`, where it is known; one that a page does not know yet is none. */
  fileRefusal: v.fallback(v.optional(FileRefusal), undefined),
  diagnosis: v.optional(Diagnosis),
})
export type Problem = v.InferOutput<typeof Problem>
