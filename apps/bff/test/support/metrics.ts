import { createMetrics } from '../../src/telemetry/metrics.ts'

/** Instruments of this test's own. */
export function createTestMetrics() {
  const { metrics, registry } = createMetrics()
  /** As it stands, such as `foyer_breaker_state{operation="token"}`; undefined where there is none. */
  const sample = async (series: string): Promise<number | undefined> => {
    const line = (await registry.metrics()).split('\n').find((text) => text.startsWith(`${series} `))
    return line === undefined ? undefined : Number(line.slice(series.length + 1))
  }
  return { metrics, registry, sample }
}
