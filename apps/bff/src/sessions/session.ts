import { hash, randomBytes, randomUUID } from 'node:crypto'
import * as v from 'valibot'

/** What a guest told of themselves at the start. */
export const GuestProfile = v.object({
  name: v.optional(v.string()),
  locale: v.optional(v.string()),
  attributes: v.optional(v.record(v.string(), v.string())),
})
export type GuestProfile = v.InferOutput<typeof GuestProfile>

/** Our record behind the cookie. The cookie's value is not in it, only its hash is kept (S10). */
export interface Session {
  readonly sessionId: string
  readonly createdAtMs: number
  /** The last thing the guest did; an open stream is not activity (S12). */
  readonly activeAtMs: number
  readonly guest: GuestProfile
}

export interface SessionLifetimes {
  readonly idleMs: number
  readonly absoluteMs: number
}

export const newSession = (guest: GuestProfile, nowMs: number): Session => ({
  sessionId: randomUUID(),
  createdAtMs: nowMs,
  activeAtMs: nowMs,
  guest,
})

/** All that decides when a session is over. */
export type SessionAge = Pick<Session, 'sessionId' | 'createdAtMs' | 'activeAtMs'>

/** When the session ends if the guest does nothing more. */
export const expiresAtMs = (
  { createdAtMs, activeAtMs }: SessionAge,
  { idleMs, absoluteMs }: SessionLifetimes,
): number => Math.min(createdAtMs + absoluteMs, activeAtMs + idleMs)

/** Its guest ended it: it was given the age of one that is over by any lifetime (decision 0070). */
export const isLeft = ({ createdAtMs }: SessionAge): boolean => createdAtMs === 0

const HANDLE_BYTES = 32
const HANDLE = /^[A-Za-z0-9_-]{43}$/

/** What the cookie carries: 256 random bits, base64url. Says nothing. */
export const newHandle = (): string => randomBytes(HANDLE_BYTES).toString('base64url')
export const isHandle = (value: string): boolean => HANDLE.test(value)
export const hashHandle = (handle: string): string => hash('sha256', handle, 'base64url')
