import { expect, test } from 'vitest'
import { metricIn } from './metric.ts'

const TEXT = `# TYPE foyer_streams_closed_total counter
foyer_streams_closed_total{reason="slow"} 12
foyer_streams_open 3
foyer_streams_open_ever 9
`

test('the value of a series, with its labels or without any', () => {
  expect(metricIn(TEXT, 'foyer_streams_closed_total{reason="slow"}')).toBe(12)
  expect(metricIn(TEXT, 'foyer_streams_open')).toBe(3)
})

test('what was never counted is 0', () => {
  expect(metricIn(TEXT, 'foyer_streams_closed_total{reason="life"}')).toBe(0)
})
