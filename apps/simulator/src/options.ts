import { scopes } from '@foyer/shared/platform/guest-api'
import * as v from 'valibot'

/** Where the two clients of the contract's samples come from: platform-api.md §5, samples 30–39. */
export const DEMO_CLIENT_ID = 'eb2243d8-1bf4-4401-a290-45bfbbe7c828'
export const DEMO_CLIENT_SECRET = 'example-secret-not-real'
export const PUBLIC_CLIENT_ID = 'faebdcaa-428e-4315-9461-c462fe340e3a'

const EVERY_SCOPE = Object.values(scopes)
/** Fractions are welcome: a test wants a token that lives half a second. At most thirty days. */
const LifetimeSeconds = v.pipe(v.number(), v.gtValue(0), v.maxValue(2_592_000))
const PerMinute = v.pipe(v.number(), v.integer(), v.minValue(1))

export const ScopePolicy = v.picklist(['downgrade', 'reject'])
export const InsufficientScopeDialect = v.picklist(['genesys', 'rfc6750', 'strings', 'bare'])
export type InsufficientScopeDialect = v.InferOutput<typeof InsufficientScopeDialect>

/** An OAuth client. `secret` null makes it public; `guestTtlSeconds` caps the lifetime of its tokens. */
export const Client = v.object({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  name: v.optional(v.string(), 'Web guests'),
  secret: v.nullable(v.pipe(v.string(), v.minLength(1))),
  kind: v.optional(v.picklist(['guest', 'client-credentials', 'code']), 'guest'),
  allowedScopes: v.optional(v.array(v.string()), EVERY_SCOPE),
  defaultScopes: v.optional(v.array(v.string()), [scopes.read]),
  guestTtlSeconds: v.optional(LifetimeSeconds),
})
export type Client = v.InferOutput<typeof Client>

const DEFAULT_CLIENTS: v.InferInput<typeof Client>[] = [
  { id: DEMO_CLIENT_ID, secret: DEMO_CLIENT_SECRET },
  { id: PUBLIC_CLIENT_ID, secret: null, name: 'Public web guests', guestTtlSeconds: 300 },
]

/** Where the deployment of the Web Messaging samples comes from (web-messaging/README.md). */
export const DEMO_DEPLOYMENT_ID = '2c9e6d10-41b7-4f85-8b3a-6d0e7f92a1c5'
const DEMO_LANGUAGES = ['en-us', 'de', 'fr', 'es', 'pt-br', 'it', 'nl', 'pl', 'ja', 'zh-cn', 'ar', 'he']

/** Limits of a session or a connection (web-messaging.md §16). */
const WebMessagingLimits = v.strictObject({
  messagesPerSecond: v.optional(v.pipe(v.number(), v.minValue(1)), 5),
  requestsPerConnectionPerMinute: v.optional(PerMinute, 60),
  configuresPerMinute: v.optional(PerMinute, 60),
  connectionsPerMinute: v.optional(PerMinute, 1_000),
  historyPerMinute: v.optional(PerMinute, 10),
  echoesPerMinute: v.optional(PerMinute, 2),
  connectionsPerSession: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 3),
  customDataBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 2_048),
  textBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 4_096),
})

/** Signing in (§18). With `allowSessionUpgrade` guests come in too, and may sign in later. */
const Authentication = v.strictObject({
  enabled: v.optional(v.boolean(), false),
  allowSessionUpgrade: v.optional(v.boolean(), false),
  jwtSeconds: v.optional(LifetimeSeconds, 900),
  /** After this the provider has to vouch for the person again. */
  refreshTokenSeconds: v.optional(LifetimeSeconds, 86_400),
})

/** A Messenger deployment: the switches of its configuration that change what goes over the wire (web-messaging.md §19.2). */
export const Deployment = v.strictObject({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  status: v.optional(v.picklist(['Active', 'Inactive']), 'Active'),
  languages: v.optional(v.array(v.string()), DEMO_LANGUAGES),
  defaultLanguage: v.optional(v.string(), 'en-us'),
  primaryColor: v.optional(v.string(), '#0B5C7A'),
  showAgentTypingIndicator: v.optional(v.boolean(), true),
  showUserTypingIndicator: v.optional(v.boolean(), true),
  autoStart: v.optional(v.boolean(), true),
  conversationDisconnect: v.optional(v.picklist(['off', 'ReadOnly', 'Send']), 'ReadOnly'),
  conversationClear: v.optional(v.boolean(), true),
  markdown: v.optional(v.boolean(), true),
  humanize: v.optional(v.boolean(), true),
  bot: v.optional(v.object({ name: v.string(), avatarUrl: v.optional(v.string()) }), { name: 'Robin' }),
  /** Empty: no files. Wildcards as the platform has them. */
  fileTypes: v.optional(v.array(v.string()), ['*/*']),
  maxFileSizeKB: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 10_240),
  blockedExtensions: v.optional(v.array(v.string()), ['.ade', '.adp', '.bat', '.cmd', '.com', '.exe', '.js', '.vbs']),
  /** Where a client reads what it may attach: from each session, or as older deployments have it from the configuration alone (§14.1). */
  attachmentProfile: v.optional(v.picklist(['session', 'configuration']), 'session'),
  auth: v.optional(Authentication, {}),
  /** How long a history token, and a link to a file, live. */
  historyJwtSeconds: v.optional(LifetimeSeconds, 60),
  downloadSeconds: v.optional(LifetimeSeconds, 600),
  limits: v.optional(WebMessagingLimits, {}),
  /** Time without a message after which a session ends (§9.3). */
  sessionDurationSeconds: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(47_304_000)), 259_200),
  /** Who may embed it (§19.4); `null`: all. */
  allowedDomains: v.optional(v.nullable(v.array(v.string())), null),
})
export type Deployment = v.InferOutput<typeof Deployment>

const DEFAULT_DEPLOYMENTS: v.InferInput<typeof Deployment>[] = [{ id: DEMO_DEPLOYMENT_ID }]

/** How the platform behaves (platform-api.md §5.8). All of it may be changed while it runs. */
export const Behaviour = v.strictObject({
  guestTtlSeconds: v.optional(LifetimeSeconds, 900),
  refreshTtlSeconds: v.optional(LifetimeSeconds, 86_400),
  issueRefreshToken: v.optional(v.boolean(), true),
  scopePolicy: v.optional(ScopePolicy, 'downgrade'),
  insufficientScopeDialect: v.optional(InsufficientScopeDialect, 'genesys'),
  createStatus: v.optional(v.picklist([200, 201, 202]), 200),
  sendAnswer: v.optional(v.picklist(['message', 'messageData', 'empty']), 'message'),
  /** `hint`: a token request with the same `guest_hint` is the same guest again; `token`: every one is a new guest. */
  guestIdentity: v.optional(v.picklist(['token', 'hint']), 'token'),
  /** Of one token. */
  rateLimitPerMinute: v.optional(PerMinute, 300),
  /** Of one client at the token endpoint, and of everybody without a valid token together. */
  clientRateLimitPerMinute: v.optional(PerMinute, 3_000),
  /** The best way of receiving that is offered: each includes those after it. */
  receive: v.optional(v.picklist(['stream', 'wait', 'poll']), 'stream'),
  clients: v.optional(v.array(Client), DEFAULT_CLIENTS),
  deployments: v.optional(v.array(Deployment), DEFAULT_DEPLOYMENTS),
  /** A bot greets in every new conversation and answers until a person joins. */
  demoAgent: v.optional(v.boolean(), false),
})
export type Behaviour = v.InferOutput<typeof Behaviour>

export const SimulatorOptions = v.object({
  ...Behaviour.entries,
  host: v.optional(v.string(), '127.0.0.1'),
  /** 0 takes any free port. */
  port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)), 0),
})
export type SimulatorOptions = v.InferInput<typeof SimulatorOptions>
