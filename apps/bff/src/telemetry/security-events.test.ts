import { expect, test } from 'vitest'
import { createLogger } from '../logger.ts'
import { createMetrics } from './metrics.ts'
import { countSecurityEvent, SECURITY_EVENTS } from './security-events.ts'

async function countsAfter(...lines: { event: string; reason?: string }[]) {
  const { metrics } = createMetrics()
  const noticed = (line: { event: string; reason?: unknown }) => countSecurityEvent(metrics.securityEvents, line)
  const logger = createLogger('silent', undefined, { noticed })('room')
  for (const line of lines) logger.warn(line)
  const { values } = await metrics.securityEvents.get()
  return values.filter(({ value }) => value > 0).map(({ labels, value }) => ({ ...labels, value }))
}

test('a line that tells of one is counted under its name and reason, also where it is not written', async () => {
  expect(await countsAfter({ event: 'csrf-refused', reason: 'origin' }, { event: 'guest-scope-missing' })).toEqual([
    { event: 'csrf-refused', reason: 'origin', value: 1 },
    { event: 'guest-scope-missing', reason: 'none', value: 1 },
  ])
})

test('a reason nobody declared makes no series of its own', async () => {
  const lines = Array.from({ length: 100 }, (_, index) => ({ event: 'csrf-refused', reason: `reason-${index}` }))
  expect(await countsAfter(...lines)).toEqual([{ event: 'csrf-refused', reason: 'other', value: 100 }])
})

test('other lines are not counted', async () => {
  expect(await countsAfter({ event: 'listening' }, { event: 'toString' }, { event: '__proto__' })).toEqual([])
})

test('each is there from the start, at zero, so that the first one is seen as an increase', async () => {
  const { values } = await createMetrics().metrics.securityEvents.get()
  expect(values).toContainEqual({ labels: { event: 'guest-scope-missing', reason: 'none' }, value: 0 })
  expect(values.length).toBe(Object.values(SECURITY_EVENTS).flat().length)
})
