import { expect, test } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { upstreamError } from '../../test/support/upstream-error.ts'
import { AskingAgain } from './asking-again.ts'

test('what the guest does begins after the platform was asked again for it', async () => {
  const clock = new FakeClock()
  const again = new AskingAgain(clock)
  const order: string[] = []
  const waiting = again
    .wait(upstreamError('deployment-refused'), new AbortController().signal)
    .then(() => order.push('asked again'))
  await clock.advance(5_000)
  again.guestActed()
  await again.asked
  order.push('sent')
  await waiting
  expect(order).toEqual(['asked again', 'sent'])
})
