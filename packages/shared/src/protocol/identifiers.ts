import * as v from 'valibot'

/** Made by the page for a guest's message (a UUID); by the BFF, from the platform's id, for any other. Safe to repeat. */
export const MessageId = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{8,64}$/, 'must be 8 to 64 characters of A-Z a-z 0-9 _ -'),
)

/** Made by the BFF. Says nothing about the platform's own id. */
export const ConversationId = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{8,64}$/, 'must be 8 to 64 characters of A-Z a-z 0-9 _ -'),
)

/** Place of an event in its conversation's log: 1, 2, 3 … without gaps. */
export const Seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** ISO 8601 with milliseconds, UTC. */
export const Instant = v.pipe(v.string(), v.isoTimestamp())
