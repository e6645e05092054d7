import type { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import { codeIn } from './error-codes.ts'

/*
 * A session's life (web-messaging.md §10), as data:
 *
 *   connecting ──opened──▶ configuring ──session──▶ configured ⇄ read-only
 *       ▲                      │                        │
 *       └────── waiting ◀──────┴────────lost────────────┘        over: nothing brings it back
 */
export type SessionState =
  | { readonly name: 'connecting' | 'configuring'; readonly failures: number }
  | { readonly name: 'configured' | 'read-only'; readonly failures: 0 }
  /** Until the next attempt to connect. */
  | { readonly name: 'waiting'; readonly failures: number }
  | { readonly name: 'over'; readonly why: Ending }

export type Ending =
  /** The guest asked for it. */
  | { readonly by: 'guest'; readonly cleared: boolean }
  /** The session is gone: its time ran out, or the platform does not know it. */
  | { readonly by: 'system' }
  /** Somebody signed in or out with it: the token is not ours any more (§9.1). */
  | { readonly by: 'sign-in' }
  /** The guest has begun another conversation with it. */
  | { readonly by: 'displaced' }
  /** The platform will not have us; `code` is what it said. */
  | { readonly by: 'refusal'; readonly operation: 'open' | 'configure'; readonly code: number }

export type SessionInput =
  | { readonly type: 'opened' }
  | { readonly type: 'refused'; readonly status: number }
  /** The socket is gone, whoever closed it. */
  | { readonly type: 'lost' }
  | { readonly type: 'session'; readonly connected: boolean; readonly readOnly: boolean; readonly newSession: boolean }
  /** An error frame, whatever it answers. */
  | { readonly type: 'error'; readonly code: number }
  | { readonly type: 'expired' }
  /** The token serves another conversation by now. */
  | { readonly type: 'displaced' }
  | { readonly type: 'cleared' }
  /** Our own leaving was answered. */
  | { readonly type: 'left' }
  /** `ConnectionClosedEvent`. */
  | { readonly type: 'evicted'; readonly reason: string | undefined }
  | { readonly type: 'logged-out' }
  /** An agent's `Disconnect`. */
  | { readonly type: 'disconnected'; readonly readOnly: boolean }
  /** The time to try again has come. */
  | { readonly type: 'retry' }

export const START: SessionState = { name: 'connecting', failures: 0 }

export const isUp = ({ name }: SessionState): boolean => name === 'configured' || name === 'read-only'
export const isCleared = (state: SessionState): boolean =>
  state.name === 'over' && state.why.by === 'guest' && state.why.cleared

/** What a frame means for the session as a whole; undefined for most. */
export function inputIn(frame: ServerFrame): SessionInput | undefined {
  switch (frame.class) {
    case 'SessionExpiredEvent':
      return { type: 'expired' }
    case 'SessionClearedEvent':
      return { type: 'cleared' }
    case 'LogoutEvent':
      return { type: 'logged-out' }
    case 'ConnectionClosedEvent':
      return { type: 'evicted', reason: frame.body.reason ?? frame.body.reasonCode ?? undefined }
    case 'GenerateUrlError':
    case 'UploadFailureEvent':
      return undefined
    default: {
      const code = codeIn(frame)
      return code === undefined ? undefined : { type: 'error', code }
    }
  }
}

/** Handshakes refused for good (§2.3); any other status may pass. */
const isFinal = (status: number) => status >= 400 && status < 500 && status !== 408 && status !== 429
/** Codes that end a session, whenever they come (§12). */
const ENDING: Readonly<Record<number, 'system' | 'sign-in'>> = { 4006: 'system', 4007: 'system', 4017: 'sign-in' }
/** While configuring, an error is final, unless it is a matter of time (§12). */
const isPassing = (code: number) =>
  code === 408 || code === 429 || code === 4029 || (code >= 500 && code < 600) || code === 5000
/** Who lost its place to another connection comes back much later: two must not push each other out for ever (§9.4). */
const EVICTED_FAILURES = 5

export function next(state: SessionState, input: SessionInput): SessionState {
  if (state.name === 'over') return state
  switch (input.type) {
    case 'opened':
      return state.name === 'connecting' ? { ...state, name: 'configuring' } : state
    case 'refused':
      return isFinal(input.status) ? over({ by: 'refusal', operation: 'open', code: input.status }) : waiting(state)
    case 'lost':
      return state.name === 'waiting' ? state : waiting(state)
    case 'retry':
      return state.name === 'waiting' ? { ...state, name: 'connecting' } : state
    case 'session':
      // Not connected is the answer to a close we asked for, and means nothing by itself (§9.6).
      if (!input.connected) return state
      return { name: input.readOnly ? 'read-only' : 'configured', failures: 0 }
    case 'error':
      return onError(state, input.code)
    case 'expired':
      return over({ by: 'system' })
    case 'left':
      return over({ by: 'guest', cleared: false })
    case 'cleared':
      return over({ by: 'guest', cleared: true })
    case 'evicted':
      // The only reason there is: signed in elsewhere with this session (§5).
      if (input.reason !== undefined) return over({ by: 'sign-in' })
      return { name: 'waiting', failures: EVICTED_FAILURES }
    case 'displaced':
      return over({ by: 'displaced' })
    case 'logged-out':
      return over({ by: 'sign-in' })
    case 'disconnected':
      return input.readOnly && state.name === 'configured' ? { name: 'read-only', failures: 0 } : state
  }
}

function onError(state: Exclude<SessionState, { name: 'over' }>, code: number): SessionState {
  const ending = ENDING[code]
  if (ending) return over({ by: ending })
  if (state.name !== 'configuring') return state
  return isPassing(code) ? waiting(state) : over({ by: 'refusal', operation: 'configure', code })
}

const over = (why: Ending): SessionState => ({ name: 'over', why })

function waiting(state: Exclude<SessionState, { name: 'over' }>): SessionState {
  return { name: 'waiting', failures: state.failures + 1 }
}
