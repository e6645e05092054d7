import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import type { CredentialSlot } from '../connector.ts'

/** What is remembered of a guest. The token is the session's name and its only secret (web-messaging.md §9.1). */
export const WebMessagingCredential = v.object({
  token: v.string(),
  issuedAtMs: v.number(),
  expiresAtMs: v.number(),
  /** The conversation the session is in; ours, since the platform tells no id. */
  conversationId: v.optional(v.string()),
  /** The conversation has not begun: configuring it drops whatever the token had before (§9.2). */
  isFresh: v.optional(v.boolean()),
  /** It has begun, but the platform is not known to have heard of the guest's joining (§8.2). */
  isJoinDue: v.optional(v.boolean()),
  /** Not delivered yet (§15). */
  attributes: v.optional(v.record(v.string(), v.string())),
})
export type WebMessagingCredential = v.InferOutput<typeof WebMessagingCredential>

/** Throws where the slot holds something else: it was written by another connector. */
export async function readCredential(slot: CredentialSlot): Promise<WebMessagingCredential> {
  return v.parse(WebMessagingCredential, await slot.read())
}

/** The token is only ever replaced. */
type Change = Partial<Omit<WebMessagingCredential, 'token'>>

/** The last write to each slot: the next one waits for it, or one of two changes would be lost. */
const writes = new WeakMap<CredentialSlot, Promise<void>>()

/** Whose token must not be used again, though the store has taken no other yet. */
const spent = new WeakSet<CredentialSlot>()

export function changeCredential(slot: CredentialSlot, change: Change): Promise<void> {
  return write(slot, () => change)
}

/** Changes what is remembered of this conversation; nothing where the guest is in another one by now. */
export function changeConversation(slot: CredentialSlot, conversationId: string, change: Change): Promise<void> {
  return write(slot, (current) => (current.conversationId === conversationId ? change : undefined))
}

function write(slot: CredentialSlot, toChange: (current: WebMessagingCredential) => Change | undefined): Promise<void> {
  const mine = (writes.get(slot) ?? Promise.resolve()).then(async () => {
    const current = await readCredential(slot)
    const change = toChange(current)
    if (!change) return
    await slot.write({ ...current, ...change, ...(spent.has(slot) && { token: randomUUID() }) })
    spent.delete(slot)
  })
  writes.set(
    slot,
    mine.catch(() => undefined),
  )
  return mine
}

/**
 * The old token belongs to somebody who signed in: a guest who comes back is a new one (web-messaging.md §9.1). Where the
 * store fails, and this throws, it is done with whatever is written next, or before a token is used again.
 */
export async function replaceToken(slot: CredentialSlot): Promise<void> {
  spent.add(slot)
  await changeCredential(slot, {})
}

/** As `readCredential`, with a token that may be used. Throws also where the store cannot take one. */
export async function readUsable(slot: CredentialSlot): Promise<WebMessagingCredential> {
  if (spent.has(slot)) await changeCredential(slot, {})
  return readCredential(slot)
}
