import { GuestMessage } from '@foyer/shared/platform/guest-api'
import * as v from 'valibot'
import { Behaviour } from '../options.ts'

const Scopes = v.pipe(v.array(v.string()), v.minLength(1))
const GuestId = v.optional(v.string())

/** Which sockets: of one conversation, or all. `code` 1006 breaks them without a word. */
export const SocketDrop = v.strictObject({
  conversationId: v.optional(v.string()),
  code: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(4999)), 1006),
})
export type SocketDrop = v.InferInput<typeof SocketDrop>
export const SocketsDropped = v.object({ dropped: v.number() })
export const SocketList = v.object({
  sockets: v.array(
    v.object({ deploymentId: v.string(), guestId: v.nullable(v.string()), conversationId: v.nullable(v.string()) }),
  ),
})

/** Whom the provider of identities vouches for; what else is said has to be matched when the code is traded. */
export const SignInOrder = v.strictObject({
  user: v.strictObject({
    id: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
    firstName: v.optional(v.string()),
    lastName: v.optional(v.string()),
  }),
  kind: v.optional(v.picklist(['code', 'id-token']), 'code'),
  redirectUri: v.optional(v.string()),
  /** S256 (RFC 7636 §4.2). */
  codeChallenge: v.optional(v.string()),
  nonce: v.optional(v.string()),
})
export type SignInOrder = v.InferInput<typeof SignInOrder>
export const SignInCode = v.object({ code: v.string() })

/** A fault by name, with its parameters; `times` null or absent: until it is removed. */
export const FaultOrder = v.strictObject({
  name: v.string(),
  parameters: v.optional(v.record(v.string(), v.unknown()), {}),
  times: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))), null),
  match: v.optional(
    v.strictObject({
      operation: v.optional(
        v.union([
          v.array(v.string()),
          v.pipe(
            v.string(),
            v.transform((name) => [name]),
          ),
        ]),
      ),
      action: v.optional(v.array(v.string())),
      class: v.optional(v.array(v.string())),
      conversationId: v.optional(v.string()),
      clientId: v.optional(v.string()),
      guestId: v.optional(v.string()),
      status: v.optional(v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(599))),
    }),
    {},
  ),
})
export type FaultOrder = v.InferInput<typeof FaultOrder>

export const ActiveFaultView = v.object({
  id: v.string(),
  name: v.string(),
  parameters: v.record(v.string(), v.unknown()),
  match: v.record(v.string(), v.unknown()),
  timesLeft: v.nullable(v.number()),
  timesApplied: v.number(),
})
export type ActiveFaultView = v.InferOutput<typeof ActiveFaultView>

export const FaultKindView = v.object({ name: v.string(), summary: v.string(), stage: v.string() })

export const FaultList = v.object({ active: v.array(ActiveFaultView), available: v.array(FaultKindView) })

/** Which tokens are meant: one guest's, or without `guestId` all. */
export const TokenSelection = v.strictObject({ guestId: GuestId })
export const ScopeRevocation = v.strictObject({ scopes: Scopes, guestId: GuestId })
export const TokensChanged = v.object({ tokens: v.number() })

export const ScenarioStart = v.strictObject({ conversationId: v.string() })
export const ScenarioList = v.object({
  scenarios: v.array(v.object({ id: v.string(), title: v.string(), summary: v.string() })),
})

export const ConversationSummary = v.object({
  id: v.string(),
  guestId: v.string(),
  guestName: v.nullable(v.string()),
  language: v.nullable(v.string()),
  customAttributes: v.record(v.string(), v.string()),
  state: v.picklist(['connected', 'disconnected']),
  readOnly: v.boolean(),
  createdAt: v.string(),
  lastActivityAt: v.string(),
  lastText: v.nullable(v.string()),
  agentName: v.nullable(v.string()),
  scenario: v.nullable(v.string()),
  guestIsTyping: v.boolean(),
  inboundCount: v.number(),
})
export type ConversationSummary = v.InferOutput<typeof ConversationSummary>

/** A conversation with its last entities, oldest first. */
export const ConversationView = v.object({
  conversation: ConversationSummary,
  participants: v.array(v.object({ purpose: v.string(), nickname: v.nullable(v.string()), state: v.string() })),
  entities: v.array(GuestMessage),
})
export type ConversationView = v.InferOutput<typeof ConversationView>

export const GuestView = v.object({
  id: v.string(),
  clientId: v.string(),
  createdAt: v.string(),
  conversationIds: v.array(v.string()),
})

export const State = v.object({
  options: Behaviour,
  guests: v.array(GuestView),
  /** Last active first. */
  conversations: v.array(ConversationSummary),
  livingTokens: v.number(),
  faults: v.array(ActiveFaultView),
})
export type State = v.InferOutput<typeof State>

export const JournalRecord = v.object({
  number: v.number(),
  at: v.string(),
  durationMs: v.nullable(v.number()),
  method: v.string(),
  /** Path with query; secrets in it are masked. */
  path: v.string(),
  operation: v.string(),
  status: v.nullable(v.number()),
  conversationId: v.nullable(v.string()),
  clientId: v.nullable(v.string()),
  guestId: v.nullable(v.string()),
  scopes: v.nullable(v.array(v.string())),
  correlationId: v.string(),
  /** Scheme only. */
  authorization: v.nullable(v.string()),
  body: v.unknown(),
  faults: v.array(v.string()),
})
export type JournalRecord = v.InferOutput<typeof JournalRecord>
export const JournalRecords = v.object({ requests: v.array(JournalRecord) })

export const WorldChange = v.variant('type', [
  v.object({ type: v.picklist(['opened', 'updated']), conversation: ConversationSummary }),
  v.object({ type: v.literal('entity'), conversation: ConversationSummary, entity: GuestMessage }),
  v.object({
    type: v.literal('typing'),
    conversationId: v.string(),
    by: v.picklist(['guest', 'agent']),
    typing: v.boolean(),
  }),
  v.object({ type: v.literal('reset') }),
])
export type WorldChange = v.InferOutput<typeof WorldChange>

/** Every refusal of the control API: what is wrong, and where in the request. */
export const ControlErrorBody = v.object({ error: v.string(), message: v.string(), where: v.nullable(v.string()) })
