import { expect, test } from 'vitest'
import { FakeClock, settle } from '../../test/support/fake-clock.ts'
import { createRecordingLogger } from '../../test/support/loggers.ts'
import { StoreError } from '../storage/store-error.ts'
import { startResealing } from './start-resealing.ts'

test('what the store fails at is begun anew, and the end of it is told', async () => {
  const clock = new FakeClock()
  const { logger, lines } = createRecordingLogger()
  let failures = 2
  const reseal = () => (failures-- > 0 ? Promise.reject(new StoreError('locked')) : Promise.resolve(7))
  startResealing({ reseal }, clock, logger)
  await settle()
  await clock.advance(60_000)
  expect(lines).toMatchObject([{ event: 'reseal-failed' }, { event: 'store-resealed', count: 7 }])
})

test('where there is one key only nothing is told, and nothing of what is stopped', async () => {
  const clock = new FakeClock()
  const { logger, lines } = createRecordingLogger()
  startResealing({ reseal: () => Promise.resolve(undefined) }, clock, logger)
  const stop = startResealing({ reseal: () => Promise.reject(new StoreError('closed')) }, clock, logger)
  stop()
  await settle()
  await clock.advance(60_000)
  expect(lines).toEqual([])
})
