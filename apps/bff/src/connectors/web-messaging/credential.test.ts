import { expect, test } from 'vitest'
import type { Credential } from '../connector.ts'
import { changeConversation, changeCredential } from './credential.ts'

/** A store that takes its time. */
function newSlot() {
  let credential: Credential = { token: 't', issuedAtMs: 0, expiresAtMs: 0, conversationId: 'old', isFresh: true }
  const later = () => new Promise((resolve) => setImmediate(resolve))
  return {
    slot: {
      read: () => later().then(() => credential),
      write: (next: Credential) => later().then(() => void (credential = next)),
    },
    held: () => credential,
  }
}

test('changes at the same time do not undo each other', async () => {
  const { slot, held } = newSlot()
  await Promise.all([
    changeCredential(slot, { conversationId: 'new' }),
    changeCredential(slot, { expiresAtMs: 5 }),
    changeConversation(slot, 'new', { attributes: { plan: 'pro' } }),
  ])
  expect(held()).toMatchObject({ conversationId: 'new', expiresAtMs: 5, attributes: { plan: 'pro' } })
})

test('what an old conversation learns does not touch the one that took its place', async () => {
  const { slot, held } = newSlot()
  await Promise.all([
    changeCredential(slot, { conversationId: 'new', isFresh: true }),
    changeConversation(slot, 'old', { isFresh: false, expiresAtMs: 5 }),
  ])
  expect(held()).toMatchObject({ conversationId: 'new', isFresh: true, expiresAtMs: 0 })
})

test('a write that fails keeps nobody else from writing', async () => {
  const { slot, held } = newSlot()
  const failing = { ...slot, write: () => Promise.reject(new Error('the disk is full')) }
  await expect(changeCredential(failing, { expiresAtMs: 5 })).rejects.toThrow('the disk is full')
  failing.write = slot.write as typeof failing.write
  await changeCredential(failing, { expiresAtMs: 6 })
  expect(held()).toMatchObject({ expiresAtMs: 6 })
})
