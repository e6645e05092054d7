import { expect, test } from 'vitest'
import { createRecordingLogger } from '../test/support/loggers.ts'
import { createEndSession } from './end-session.ts'
import { StoreError } from './storage/store-error.ts'

const STEPS = ['expire', 'leave', 'remove'] as const

/** What was done, and how it ended, where the store fails at one of the steps. */
async function endWhere(failing: (typeof STEPS)[number] | undefined, failure: Error = new StoreError('locked')) {
  const { logger, events } = createRecordingLogger()
  const done: string[] = []
  const step = (name: string) => async () => {
    if (name === failing) throw failure
    done.push(name)
  }
  const { end } = createEndSession({
    sessions: { expire: step('expire'), remove: step('remove') },
    relay: { leave: step('leave') },
    closeStreams: () => void done.push('closed'),
    logger,
  })
  const error: unknown = await end('session-1').catch((thrown: unknown) => thrown)
  return { done, error, logged: events() }
}

test('a session ends in the store before anything else does, then everywhere', async () => {
  expect(await endWhere(undefined)).toEqual({ done: [...STEPS, 'closed'], error: undefined, logged: [] })
})

test('nothing has changed where the store does not take it', async () => {
  expect(await endWhere('expire')).toMatchObject({ done: [], error: new StoreError('locked') })
})

test.each(['leave', 'remove'] as const)('is over once it has, though it fails at more: %s', async (failing) => {
  const { done, error, logged } = await endWhere(failing)
  expect(error).toBeUndefined()
  expect(done.at(-1)).toBe('closed')
  expect(logged).toEqual(['session-end-unfinished'])
})

test('a fault of our own is not kept quiet', async () => {
  const fault = new Error('a bug')
  expect(await endWhere('leave', fault)).toMatchObject({ done: ['expire', 'closed'], error: fault })
})

test('is under way from the store’s word on until all is done, whatever becomes of it', async () => {
  const gone = Promise.withResolvers<undefined>()
  const { logger } = createRecordingLogger()
  const { end, isUnderWay } = createEndSession({
    sessions: { expire: async () => undefined, remove: async () => undefined },
    relay: { leave: () => gone.promise },
    ...{ closeStreams: () => undefined, logger },
  })
  const ended = end('session-1')
  expect([isUnderWay('session-1'), isUnderWay('session-2')]).toEqual([true, false])
  gone.reject(new Error('a bug'))
  await expect(ended).rejects.toThrow('a bug')
  expect(isUnderWay('session-1')).toBe(false)
})
