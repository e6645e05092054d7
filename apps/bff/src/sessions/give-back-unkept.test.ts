import { expect, test } from 'vitest'
import { giveBackUnkept } from './give-back-unkept.ts'
import type { SessionStore } from './session-store.ts'
import { newSession } from './session.ts'

const CREDENTIAL = { accessToken: 'granted' }

test.each([
  ['is kept: nothing', undefined, []],
  ['is not: their credential, and nobody waits for that', new Error('locked'), [CREDENTIAL]],
])('what is given back of a newcomer who %s', async (_, failure, expected) => {
  const given: object[] = []
  const create = () => (failure ? Promise.reject(failure) : Promise.resolve())
  const sessions = giveBackUnkept({ create } as Partial<SessionStore> as SessionStore, (credential) => {
    given.push(credential)
    return new Promise(() => undefined)
  })
  const created = sessions.create(newSession({}, 0), 'hash', CREDENTIAL).catch((error: unknown) => error)
  expect(await created).toBe(failure)
  expect(given).toEqual(expected)
})
