import { expect, test } from 'vitest'
import { carryOn, createWorkNames, currentWork, during } from './work.ts'

const names = createWorkNames(new Uint8Array(32).fill(1))
const later = () => new Promise((resolve) => setImmediate(resolve))

test('what is done for nobody has no name', () => {
  expect(currentWork()).toBeUndefined()
  expect(names()).toEqual({})
})

test('work has its names in all that it starts', async () => {
  await during({ requestId: 'r-1', sessionId: 's-1' }, async () => {
    await later()
    expect(names()).toEqual({ requestId: 'r-1', session: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown })
  })
  expect(names()).toEqual({})
})

test('a session is called the same under one key, otherwise under another, and never by its id', () => {
  const call = (sessionId: string, byte: number) =>
    during({ sessionId }, () => createWorkNames(new Uint8Array(32).fill(byte))()['session'])
  expect(call('session-1', 1)).toBe(call('session-1', 1))
  expect(call('session-1', 1)).not.toBe(call('session-2', 1))
  expect(call('session-1', 1)).not.toBe(call('session-1', 2))
  expect(call('session-1', 1)).not.toContain('session')
})

test('what waits goes on as part of the work that brought it', async () => {
  const within = during({ requestId: 'r-1' }, () => carryOn())
  const without = carryOn()
  await during({ requestId: 'r-2' }, async () => {
    expect(within(() => names())).toEqual({ requestId: 'r-1' })
    expect(without(() => names())).toEqual({})
    expect(names()).toEqual({ requestId: 'r-2' })
  })
})
