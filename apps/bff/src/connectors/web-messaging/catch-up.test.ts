import { expect, onTestFinished, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { silentLogger } from '../../../test/support/loggers.ts'
import { keepCaughtUp } from './catch-up.ts'

function start(take: (clock: FakeClock) => Promise<void>) {
  const clock = new FakeClock()
  const read = () => take(clock)
  const stop = new AbortController()
  onTestFinished(() => stop.abort(new Error('the test is over')))
  const told: string[] = []
  const giveUpOrder = () => void told.push(`gap at ${clock.monotonic() - 5_000}`)
  const parts = { read, isLevel: false, giveUpOrder, isAttended: () => false, clock, logger: silentLogger }
  void keepCaughtUp(parts, stop.signal).then(() => told.push(`up at ${clock.monotonic() - 5_000}`))
  return { clock, told }
}

test('a record that takes long keeps nobody from talking after three seconds, and holds back no word after ninety', async () => {
  const { clock, told } = start(() => new Promise(() => undefined))
  await clock.advance(120_000)
  expect(told).toEqual(['up at 3000', 'gap at 90000'])
})

test('one that was read in time is no gap', async () => {
  const { clock, told } = start((time) => time.sleep(20_000))
  await clock.advance(60_000)
  expect(told).toEqual(['up at 3000'])
})
