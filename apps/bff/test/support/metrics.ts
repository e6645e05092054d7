import type { Registry } from 'prom-client'
import { createMetrics } from '../../src/telemetry/metrics.ts'

/** Instruments of this test's own. */
export function createTestMetrics() {
  const { metrics, registry } = createMetrics()
  return { metrics, registry, sample: (series: string) => sampleOf(registry, series) }
}

/** As it stands, such as `foyer_breaker_state{operation="token"}`; undefined where there is none. */
export async function sampleOf(registry: Registry, series: string): Promise<number | undefined> {
  const line = (await registry.metrics()).split('\n').find((text) => text.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}
