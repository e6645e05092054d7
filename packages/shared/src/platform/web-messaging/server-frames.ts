import * as v from 'valibot'
import { NormalizedMessage } from './message.ts'

/**
 * What the platform sends over the socket (§3.2, §5). Told apart by `class` alone: `type` is not to be relied on (§22).
 */

const Code = v.pipe(v.number(), v.integer())
const envelope = { type: v.optional(v.string()), code: Code, tracingId: v.nullish(v.string()) }

/** Any frame: enough to know what it is and what it answers. */
export const ServerEnvelope = v.object({ ...envelope, class: v.string(), body: v.unknown() })
export type ServerEnvelope = v.InferOutput<typeof ServerEnvelope>

/** Schemas whose body holds its own copy of `tracingId` (§3.2). */
const frame = <Name extends string, Body extends v.GenericSchema>(name: Name, body: Body) =>
  v.object({ ...envelope, class: v.literal(name), body })
const answer = { tracingId: v.nullish(v.string()) }

const Inbound = v.object({
  fileTypes: v.nullish(v.array(v.object({ type: v.string() }))),
  maxFileSizeKB: v.nullish(v.number()),
})
/** File types (`image/*` and `*` wildcards) and size a guest may send; empty: none. */
export const AllowedMedia = v.object({ inbound: v.nullish(Inbound) })
export type AllowedMedia = v.InferOutput<typeof AllowedMedia>

/** §5.1. `durationSeconds` is the time without a message after which the session ends; `expirationDate` epoch seconds. */
export const SessionResponse = v.object({
  ...answer,
  connected: v.boolean(),
  newSession: v.optional(v.nullable(v.boolean()), false),
  readOnly: v.optional(v.nullable(v.boolean()), false),
  clearedExistingSession: v.nullish(v.boolean()),
  allowedMedia: v.nullish(AllowedMedia),
  blockedExtensions: v.nullish(v.array(v.string())),
  maxCustomDataBytes: v.nullish(v.number()),
  durationSeconds: v.nullish(v.number()),
  expirationDate: v.nullish(v.number()),
})
export type SessionResponse = v.InferOutput<typeof SessionResponse>

/** An upload slot; or, with empty `headers` and a `fileSize`, a fresh download link (§5). */
export const PresignedUrl = v.object({
  ...answer,
  attachmentId: v.string(),
  url: v.string(),
  headers: v.optional(v.record(v.string(), v.string()), {}),
  fileName: v.nullish(v.string()),
  fileSize: v.nullish(v.number()),
  fileType: v.nullish(v.string()),
})
export type PresignedUrl = v.InferOutput<typeof PresignedUrl>

const AttachmentError = v.object({
  ...answer,
  attachmentId: v.nullish(v.string()),
  errorCode: v.number(),
  errorMessage: v.nullish(v.string()),
  timestamp: v.nullish(v.string()),
})

/** `exp` in epoch seconds. */
export const HistoryJwt = v.object({ ...answer, jwt: v.string(), exp: v.nullish(v.number()) })

const GeneralError = v.object({ ...answer, errorCode: v.nullish(v.number()), errorMessage: v.nullish(v.string()) })

export const ServerFrame = v.variant('class', [
  frame('SessionResponse', SessionResponse),
  frame('StructuredMessage', NormalizedMessage),
  frame('string', v.string()),
  frame(
    'TooManyRequestsErrorMessage',
    v.object({
      ...answer,
      retryAfter: v.optional(v.number(), 1),
      errorCode: v.nullish(v.number()),
      errorMessage: v.nullish(v.string()),
    }),
  ),
  frame('JwtResponse', HistoryJwt),
  frame(
    'GetConfigurationResponse',
    v.object({
      ...answer,
      allowedMedia: v.nullish(AllowedMedia),
      blockedExtensions: v.nullish(v.array(v.string())),
      maxCustomDataBytes: v.nullish(v.number()),
      messageRoutingEnabled: v.nullish(v.boolean()),
      sessionDurationSeconds: v.nullish(v.number()),
    }),
  ),
  frame('PresignedUrlResponse', PresignedUrl),
  frame('GenerateUrlError', AttachmentError),
  frame(
    'UploadSuccessEvent',
    v.object({
      ...answer,
      attachmentId: v.string(),
      downloadUrl: v.string(),
      timestamp: v.nullish(v.string()),
    }),
  ),
  frame('UploadFailureEvent', AttachmentError),
  frame('AttachmentDeletedResponse', v.object({ ...answer, attachmentId: v.string() })),
  frame(
    'ConnectionClosedEvent',
    v.object({ ...answer, reason: v.nullish(v.string()), reasonCode: v.nullish(v.string()) }),
  ),
  frame('SessionClearedEvent', v.object(answer)),
  frame('SessionExpiredEvent', v.object(answer)),
  frame('LogoutEvent', v.object(answer)),
  frame('ResumeTokenResponse', v.object({ ...answer, resumeToken: v.string(), exp: v.nullish(v.number()) })),
  frame('Error', GeneralError),
  frame('ErrorMessage', GeneralError),
  frame('Unknown', GeneralError),
])
export type ServerFrame = v.InferOutput<typeof ServerFrame>
