import { EventLogError } from '../event-log/event-log.ts'
import { SealingError } from '../storage/sealing.ts'
import { StoreError, toStoreError, type StoreErrorCode } from '../storage/store-error.ts'
import type { Stores } from './stores.ts'

/*
 * What the event loop and the thread of the stores say to each other: many calls in one message, and many answers, for a
 * message costs more than a call. All of it is made by this process.
 */

/** The stores by what can be asked of them: every method of each. */
export const METHODS: { readonly [Name in StoreName]: Readonly<Record<keyof Stores[Name], true>> } = {
  sessions: {
    ...{ create: true, findByHandle: true, find: true, touch: true, remove: true, listExpired: true },
    ...{ readCredential: true, writeCredential: true },
  },
  conversations: { read: true, write: true, idsOf: true, remove: true },
  events: {
    ...{ append: true, readAfter: true, readBefore: true, lastSeq: true, knows: true, readMessage: true },
    ...{ unconfirmed: true, conversationsWithPending: true, pending: true, trim: true, wipe: true, remove: true },
  },
}

export type StoreName = 'sessions' | 'conversations' | 'events'

export interface Call {
  readonly id: number
  readonly store: StoreName
  readonly method: string
  readonly args: readonly unknown[]
}

export interface Asked {
  /** The caller's clock: what is kept is stamped with it. */
  readonly nowMs: number
  readonly calls: readonly Call[]
  /** The last that is asked. */
  readonly close?: true
}

export type Answer =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly failure: Failure }

export interface Told {
  readonly answers: readonly Answer[]
  readonly commits: readonly { durationMs: number; failure?: Failure | undefined }[]
}

/** The first word, once. */
export type Opened = { readonly opened: true } | { readonly opened: false; readonly failure: Failure }
/** The last word. */
export const CLOSED = 'closed'

export interface ThreadData {
  readonly file: string
  readonly secrets: readonly Uint8Array[]
}

/** An error as it crosses to the other thread: a class is lost on the way. */
export type Failure =
  | { readonly kind: 'store'; readonly code: StoreErrorCode; readonly cause: unknown }
  | { readonly kind: 'event-log'; readonly code: EventLogError['code'] }
  | { readonly kind: 'sealing'; readonly code: SealingError['code'] }
  | { readonly kind: 'other'; readonly error: unknown }

export function toFailure(error: unknown): Failure {
  const trouble = toStoreError(error)
  if (trouble) return { kind: 'store', code: trouble.code, cause: plain(trouble.cause) }
  if (error instanceof EventLogError) return { kind: 'event-log', code: error.code }
  if (error instanceof SealingError) return { kind: 'sealing', code: error.code }
  return { kind: 'other', error: plain(error) }
}

/** Without what an error may carry that cannot cross, or should not: a statement's values, a row. */
function plain(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined
  const copy = new Error(error.message)
  if (error.stack !== undefined) copy.stack = error.stack
  return copy
}

export function toError(failure: Failure): unknown {
  switch (failure.kind) {
    case 'store':
      return toStoreFailure(failure)
    case 'event-log':
      return new EventLogError(failure.code)
    case 'sealing':
      return new SealingError(failure.code)
    case 'other':
      return failure.error
  }
}

/** Of a transaction: whatever it failed at, the store was not to be had. */
export function toStoreFailure(failure: Failure): StoreError {
  if (failure.kind !== 'store') return new StoreError('io', { cause: toError(failure) })
  return new StoreError(failure.code, failure.cause === undefined ? {} : { cause: failure.cause })
}
