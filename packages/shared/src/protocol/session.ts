import * as v from 'valibot'
import { ConversationId, Instant } from './identifiers.ts'

const MAX_ATTRIBUTE_BYTES = 2048
const bytes = new TextEncoder()

/** Custom attributes handed to the platform with the conversation; together at most 2048 bytes (platform-api.md §5.5). */
export const Attributes = v.pipe(
  v.record(v.pipe(v.string(), v.minLength(1), v.maxLength(128)), v.string()),
  v.check(
    (attributes) => bytes.encode(JSON.stringify(attributes)).length <= MAX_ATTRIBUTE_BYTES,
    `must have at most ${MAX_ATTRIBUTE_BYTES} bytes`,
  ),
)

/** Body of `POST /api/session`; all optional. `locale` is a BCP 47 tag. */
export const StartSession = v.strictObject({
  name: v.optional(v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(128))),
  locale: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/), v.maxLength(35))),
  attributes: v.optional(Attributes),
})
export type StartSession = v.InferOutput<typeof StartSession>

/** The guest's session as the page may see it. It ends at `expiresAt`, or earlier when idle for `idleSeconds`. */
export const Session = v.object({
  startedAt: Instant,
  expiresAt: Instant,
  idleSeconds: v.number(),
  conversationId: v.optional(ConversationId),
})
export type Session = v.InferOutput<typeof Session>
