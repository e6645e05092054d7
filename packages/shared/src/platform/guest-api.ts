import * as v from 'valibot'

/**
 * The guest REST contract (platform-api.md §5): what the BFF must be able to read and the simulator must send. Readers are
 * patient: unknown fields are dropped, and whatever a platform may leave out is optional.
 */

/** Paths below the platform's origin. */
export const guestApiPaths = {
  token: '/api/v2/oauth/guest/token',
  tokenInfo: '/api/v2/tokens/me',
  conversations: '/api/v2/conversations/messaging',
  conversation: (id: string) => `/api/v2/conversations/messaging/${encodeURIComponent(id)}`,
  messages: (id: string) => `/api/v2/conversations/messaging/${encodeURIComponent(id)}/messages`,
  stream: (id: string) => `/api/v2/conversations/messaging/${encodeURIComponent(id)}/stream`,
  typing: (id: string) => `/api/v2/conversations/messaging/${encodeURIComponent(id)}/typing`,
} as const

/** Scopes of the contract (platform-api.md §5.3). `write` includes `read`. */
export const scopes = {
  read: 'messaging:conversation:read',
  write: 'messaging:conversation:write',
  send: 'messaging:guest:send',
} as const

/** Answer of the guest token endpoint (§5.2). `scope` is what was granted; absent means as asked (RFC 6749 §5.1). */
export const GuestTokenResponse = v.object({
  access_token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,8192}$/)),
  token_type: v.string(),
  expires_in: v.optional(v.number()),
  scope: v.optional(v.string()),
  refresh_token: v.optional(v.pipe(v.string(), v.maxLength(8192))),
})
export type GuestTokenResponse = v.InferOutput<typeof GuestTokenResponse>

/** `GET /api/v2/tokens/me` (§1.6), what a guest's token may do. */
export const TokenInfo = v.object({
  authorizedScope: v.optional(v.array(v.string()), []),
  OAuthClient: v.optional(v.object({ id: v.string(), name: v.optional(v.string()) })),
})
export type TokenInfo = v.InferOutput<typeof TokenInfo>

export const GuestParticipant = v.object({
  purpose: v.optional(v.string()),
  nickname: v.nullish(v.string()),
  state: v.optional(v.string()),
})
export type GuestParticipant = v.InferOutput<typeof GuestParticipant>

/** §5.5: answer of create, read and end. */
export const GuestConversation = v.object({
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,128}$/)),
  state: v.optional(v.string()),
  readOnly: v.optional(v.boolean()),
  createdTime: v.optional(v.string()),
  participants: v.optional(v.array(GuestParticipant)),
})
export type GuestConversation = v.InferOutput<typeof GuestConversation>

const Direction = v.pipe(v.string(), v.toLowerCase(), v.picklist(['inbound', 'outbound']))

export const GuestMessageEvent = v.looseObject({
  eventType: v.optional(v.string()),
  presence: v.optional(v.object({ type: v.string() })),
  typing: v.optional(v.object({ type: v.optional(v.string()), duration: v.optional(v.number()) })),
})
export type GuestMessageEvent = v.InferOutput<typeof GuestMessageEvent>

const Sender = v.object({ id: v.nullish(v.string()), nickname: v.nullish(v.string()) })

/**
 * A message or event (§5.5). Direction is the platform's view: inbound comes from the guest. Read leniently: the minimal
 * `{id, direction, text}`, and `MessageData` (§3.2) with its text in `normalizedMessage`, are taken too.
 */
export const GuestMessage = v.object({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  direction: Direction,
  type: v.optional(v.string()),
  text: v.nullish(v.string()),
  content: v.nullish(v.array(v.looseObject({ contentType: v.optional(v.string()) }))),
  events: v.nullish(v.array(GuestMessageEvent)),
  timestamp: v.nullish(v.string()),
  status: v.nullish(v.string()),
  originatingEntity: v.nullish(v.string()),
  from: v.nullish(Sender),
  clientMessageId: v.nullish(v.string()),
  metadata: v.nullish(v.record(v.string(), v.unknown())),
  normalizedMessage: v.nullish(
    v.looseObject({
      text: v.nullish(v.string()),
      type: v.optional(v.string()),
      originatingEntity: v.nullish(v.string()),
      content: v.nullish(v.array(v.looseObject({ contentType: v.optional(v.string()) }))),
      events: v.nullish(v.array(GuestMessageEvent)),
      channel: v.nullish(v.looseObject({ from: v.nullish(Sender), time: v.nullish(v.string()) })),
      metadata: v.nullish(v.record(v.string(), v.unknown())),
    }),
  ),
})
export type GuestMessage = v.InferOutput<typeof GuestMessage>

/** One page of messages, oldest first unless asked otherwise. Entities are parsed one by one, so that one bad one costs one. */
export const GuestMessagePage = v.object({
  entities: v.array(v.unknown()),
  nextUri: v.nullish(v.string()),
})
export type GuestMessagePage = v.InferOutput<typeof GuestMessagePage>

/** What a guest needs to converse; asked for by name, since the client's own default may lack sending. */
export const DEFAULT_SCOPES: readonly string[] = [scopes.write, scopes.send]
