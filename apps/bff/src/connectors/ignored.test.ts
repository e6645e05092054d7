import { expect, test } from 'vitest'
import { createRecordingLogger } from '../../test/support/loggers.ts'
import { createTestMetrics } from '../../test/support/metrics.ts'
import { createIgnored } from './ignored.ts'

const series = (kind: string) => `foyer_upstream_ignored_total{connector="guest-api",kind="${kind}"}`

test('S53 what is passed over is counted by its kind, from zero on, and named in the log', async () => {
  const { metrics, sample } = createTestMetrics()
  const { logger, lines } = createRecordingLogger()
  const ignored = createIgnored('guest-api', { metrics, logger })
  for (const kind of ['line', 'entity', 'event', 'page']) expect(await sample(series(kind))).toBe(0)
  ignored('entity')
  ignored('line', { class: 'Something' })
  ignored('entity')
  expect([await sample(series('entity')), await sample(series('line')), await sample(series('event'))]).toEqual([
    2, 1, 0,
  ])
  expect(lines).toEqual([
    { level: 'warn', event: 'entity-unreadable' },
    { level: 'warn', event: 'stream-line-unreadable', class: 'Something' },
    { level: 'warn', event: 'entity-unreadable' },
  ])
})
