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
  /** Not delivered yet (§15). */
  attributes: v.optional(v.record(v.string(), v.string())),
})
export type WebMessagingCredential = v.InferOutput<typeof WebMessagingCredential>

/** Throws where the slot holds something else: it was written by another connector. */
export async function readCredential(slot: CredentialSlot): Promise<WebMessagingCredential> {
  return v.parse(WebMessagingCredential, await slot.read())
}

export async function changeCredential(slot: CredentialSlot, change: Partial<WebMessagingCredential>): Promise<void> {
  await slot.write({ ...(await readCredential(slot)), ...change })
}

/** The old token belongs to somebody who signed in: a guest who comes back is a new one (web-messaging.md §9.1). */
export async function replaceToken(slot: CredentialSlot): Promise<void> {
  await changeCredential(slot, { token: randomUUID() })
}
