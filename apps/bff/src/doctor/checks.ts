import { guestApiPaths } from '@foyer/shared/platform/guest-api'
import type { Diagnosis } from '@foyer/shared/protocol/problem'
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Config, GuestApiConfig, WebMessagingConfig } from '../config.ts'
import type { Connector, Credential, UpstreamGuest, UpstreamSession } from '../connectors/connector.ts'
import { diagnose } from '../connectors/diagnosis/diagnose.ts'
import type { Operation } from '../connectors/diagnosis/failure.ts'
import { toDiagnosis, type Cause, type Verdict } from '../connectors/diagnosis/verdict.ts'
import type { HttpClient } from '../connectors/http.ts'
import { UpstreamError } from '../connectors/upstream-error.ts'

export interface ScopeComparison {
  readonly requested: readonly string[]
  readonly granted: readonly string[]
  readonly missing: readonly string[]
}

/** What a step found out. `fix` are steps in order, where there is no diagnosis to hold them. */
export interface Finding {
  readonly outcome: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly detail: string
  readonly fix?: readonly string[]
  readonly scopes?: ScopeComparison
  readonly diagnosis?: Diagnosis
}

export type CheckedConfig = Pick<Config, 'platformOrigin' | 'hosts' | 'region'> & (GuestApiConfig | WebMessagingConfig)

/** One run: what it is given, and what its steps have learnt so far. */
export interface Visit {
  readonly config: CheckedConfig
  readonly clock: Clock
  readonly http: HttpClient
  readonly connector: Connector
  readonly wantsMessage: boolean
  /** Where the connector keeps the guest's credential. */
  credential?: Credential
  /** The platform's clock minus ours; absent where it does not tell the time. */
  skewMs?: number
  refusal?: UpstreamError
  guest?: UpstreamGuest
  conversationId?: string
  session?: UpstreamSession
}

export interface Check {
  readonly name: string
  /** The steps without which this one makes no sense. */
  readonly needs: readonly string[]
  /** Runs even when the run is interrupted. */
  readonly always?: true
  readonly operation: Operation
  /** Throws UpstreamError or NoAnswerError for what the platform did not do. */
  readonly run: (visit: Visit, signal: AbortSignal) => Finding | Promise<Finding>
}

const SKEW_WARNING_MS = 30_000
const SKEW_FAILED_MS = 5 * 60_000
/** Seen by an agent where the platform hands new conversations out at once. */
const GUEST_NAME = 'Foyer doctor'
const MESSAGE = 'A test message of the Foyer doctor. No answer is needed.'

/** From the line to the last word, each as the BFF itself would do it, in this order. */
export const checks: readonly Check[] = [
  { name: 'Reachable', needs: [], operation: 'platform', run: reach },
  { name: 'Clock', needs: ['Reachable'], operation: 'platform', run: compareClocks },
  { name: 'Guest tokens', needs: ['Reachable'], operation: 'token', run: admit },
  { name: 'Client', needs: ['Guest tokens'], operation: 'token', run: judgeClient },
  { name: 'Token', needs: ['Client'], operation: 'token', run: judgeToken },
  { name: 'Scopes', needs: ['Token'], operation: 'token', run: judgeScopes },
  { name: 'Conversation', needs: ['Scopes'], operation: 'createConversation', run: openConversation },
  { name: 'Reading', needs: ['Conversation'], operation: 'listMessages', run: readMessages },
  { name: 'Sending', needs: ['Reading'], operation: 'sendMessage', run: sendMessage },
  { name: 'Clean-up', needs: [], always: true, operation: 'endConversation', run: cleanUp },
]

/** Asks for what needs a token, without one: whatever the platform itself answers shows that it is there. */
async function reach(visit: Visit, signal: AbortSignal): Promise<Finding> {
  const { config, clock, http } = visit
  const askedAtMs = clock.now()
  const startedMs = clock.monotonic()
  const answer = await http.request({ method: 'GET', path: guestApiPaths.tokenInfo, signal })
  const tookMs = clock.monotonic() - startedMs
  const dateMs = Date.parse(answer.headers['date'] ?? '')
  // The header has whole seconds, cut off; the answer was written somewhere within the round trip.
  if (!Number.isNaN(dateMs)) visit.skewMs = dateMs + 500 - (askedAtMs + tookMs / 2)

  const response = { ...answer, headers: { ...answer.headers } }
  const verdict = diagnose({ operation: 'platform', context: { region: config.region }, response })
  const isPlatform = verdict.cause !== 'intermediary' && verdict.cause !== 'platform-unavailable'
  return isPlatform
    ? { outcome: 'ok', detail: `${config.platformOrigin} answered within ${Math.ceil(tookMs)} ms.` }
    : { outcome: 'warning', detail: verdict.detail, diagnosis: toDiagnosis(verdict) }
}

function compareClocks({ skewMs }: Visit): Finding {
  if (skewMs === undefined)
    return { outcome: 'skipped', detail: 'The platform does not tell the time (no Date header).' }
  const offMs = Math.abs(skewMs)
  if (offMs <= SKEW_WARNING_MS)
    return { outcome: 'ok', detail: offMs < 2_000 ? 'Both clocks agree.' : `Both clocks agree to ${seconds(offMs)}.` }
  return {
    outcome: offMs > SKEW_FAILED_MS ? 'failed' : 'warning',
    detail: `The clock of this host is ${seconds(offMs)} ${skewMs > 0 ? 'behind' : 'ahead of'} the platform's.`,
    fix: [
      'Let the host keep its time by NTP (`timedatectl` shows whether it does); in a container it is the time of the host.',
      'If this host is right, the clock of the platform, or of a proxy before it, is wrong: tell those who run it.',
    ],
  }
}

/** One admission, as the BFF asks for it; the four steps from here on judge its outcome, each its part. */
async function admit(visit: Visit, signal: AbortSignal): Promise<Finding> {
  try {
    visit.credential = await visit.connector.admit(signal)
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    visit.refusal = error
  }
  return refusedAt(visit, 'Guest tokens') ?? { outcome: 'ok', detail: 'The platform has an endpoint for guest tokens.' }
}

function judgeClient(visit: Visit): Finding {
  const client = visit.config.connector === 'guest-api' ? visit.config.clientId : ''
  return refusedAt(visit, 'Client') ?? { outcome: 'ok', detail: `Client ${client} was accepted.` }
}

function judgeToken(visit: Visit): Finding {
  const refused = refusedAt(visit, 'Token')
  if (refused) return refused
  if (!visit.credential) return { outcome: 'ok', detail: 'A token was issued.' }
  const { issuedAt, expiresAt } = visit.connector.describe(visit.credential)
  return {
    outcome: 'ok',
    detail: `A token was issued; it lives ${seconds(Date.parse(expiresAt) - Date.parse(issuedAt))}.`,
  }
}

function judgeScopes(visit: Visit): Finding {
  const refused = refusedAt(visit, 'Scopes')
  if (refused || !visit.credential) return refused ?? { outcome: 'skipped', detail: 'There is no token.' }
  const { requested, granted, missing } = visit.connector.describe(visit.credential)
  return { outcome: 'ok', detail: 'Every scope that is needed was granted.', scopes: { requested, granted, missing } }
}

export async function openConversation(visit: Visit, signal: AbortSignal): Promise<Finding> {
  visit.guest = visit.connector.guest({
    read: async () => visit.credential,
    write: async (credential) => void (visit.credential = credential),
  })
  visit.conversationId = await visit.guest.startConversation({ name: GUEST_NAME }, signal)
  const session = { upstreamConversationId: visit.conversationId, signal: new AbortController().signal }
  visit.session = visit.guest.openConversation(session)
  return { outcome: 'ok', detail: `Conversation ${visit.conversationId} was opened.` }
}

export async function readMessages({ session }: Visit, signal: AbortSignal): Promise<Finding> {
  await session?.readRecord(undefined, signal)
  return { outcome: 'ok', detail: 'Its messages can be read.' }
}

/** A message counts as sent when the platform's own record has it: that is where the relay looks after a lost answer. */
export async function sendMessage({ session, wantsMessage }: Visit, signal: AbortSignal): Promise<Finding> {
  if (!wantsMessage || !session) return { outcome: 'skipped', detail: 'Not asked for; --send sends one message.' }
  const messageId = randomUUID()
  await session.send({ messageId, text: MESSAGE }, signal)
  const messages = (await session.readRecord(undefined, signal)).filter((event) => event.type === 'message')
  if (messages.some((message) => message.messageId === messageId))
    return { outcome: 'ok', detail: "A message was sent, and stands in the platform's record under its id." }
  const isKnownByText = messages.some(({ parts }) =>
    parts.some((part) => part.type === 'text' && part.text === MESSAGE),
  )
  return {
    outcome: 'warning',
    detail: isKnownByText
      ? 'A message was sent. The platform does not give its id back, so Foyer can tell it only by its text.'
      : "A message was taken, but does not stand in the platform's record yet. After a lost answer Foyer may send twice.",
  }
}

/** Ends what was opened and gives the token back; each is tried whatever becomes of the other. */
export async function cleanUp(visit: Visit, signal: AbortSignal): Promise<Finding> {
  const { connector, conversationId, credential, guest, session } = visit
  if (!credential) return { outcome: 'skipped', detail: whatIsLeft(visit.refusal) }
  const owner = guest ?? connector.guest({ read: async () => credential, write: async () => undefined })
  const isEnded = await succeeds(session?.end(signal))
  const isRevoked = await succeeds(owner.revoke(signal))
  if (isEnded && isRevoked)
    return {
      outcome: 'ok',
      detail: session ? 'The conversation was ended, the token given back.' : 'The token was given back.',
    }
  const left = [
    ...(isEnded ? [] : [`Conversation ${conversationId} could not be ended.`]),
    ...(isRevoked ? [] : ['The token could not be given back; it expires by itself.']),
  ]
  return { outcome: 'warning', detail: left.join(' ') }
}

const whatIsLeft = (refusal: UpstreamError | undefined): string =>
  refusal && isIssued(refusal)
    ? 'The token, too short of scopes to be used, expires by itself.'
    : 'There is nothing to clean up.'

async function succeeds(work: Promise<void> | undefined): Promise<boolean> {
  try {
    await work
    return true
  } catch {
    return false // what is left behind is told, whatever the reason
  }
}

/** The outcome of the admission for one step; undefined when it got past it. */
function refusedAt({ refusal }: Visit, step: string): Finding | undefined {
  return refusal && stepOf(refusal) === step ? toFailure(refusal.verdict) : undefined
}

/** The step at which an admission failed. What is not listed here failed at issuing the token. */
function stepOf(refusal: UpstreamError): string {
  if (isIssued(refusal)) return 'Scopes'
  if (OF_ENDPOINT.has(refusal.code)) return 'Guest tokens'
  return OF_CLIENT.has(refusal.code) ? 'Client' : 'Token'
}

/** A token came, with status 200, and lacks a scope. */
const isIssued = ({ code, verdict }: UpstreamError) => code === 'scope-missing' && verdict.evidence.status === 200

const OF_CLIENT: ReadonlySet<Cause> = new Set(['client-unknown', 'client-secret-wrong', 'grant-unsupported'])
const OF_ENDPOINT: ReadonlySet<Cause> = new Set([
  'body-too-large',
  'endpoint-not-found',
  'intermediary',
  'ip-blocked',
  'network',
  'platform-unavailable',
  'rate-limited',
  'request-invalid',
])

export function toFailure(verdict: Verdict): Finding {
  const { requested, granted, missing } = verdict
  const scopes = verdict.cause === 'scope-missing' ? { scopes: { requested, granted, missing } } : {}
  return { outcome: 'failed', detail: verdict.detail, ...scopes, diagnosis: toDiagnosis(verdict) }
}

function seconds(ms: number): string {
  const whole = Math.round(ms / 1000)
  if (whole < 120) return `${whole} s`
  return whole < 7_200 ? `${Math.round(whole / 60)} min` : `${Math.round(whole / 3600)} h`
}
