import { Hono } from 'hono'
import type { Registry } from 'prom-client'
import { createHealthRoutes } from './health.ts'

export interface AdminRouteParts {
  readonly registry: Registry
  readonly isReady: () => Promise<boolean>
  /** Sets the gauges that are read when they are asked for. */
  readonly measure: () => Promise<void>
}

/** For those who run Foyer, on a port of its own (S48): metrics in the Prometheus text format, and health. */
export function createAdminRoutes({ registry, isReady, measure }: AdminRouteParts): Hono {
  return new Hono().route('/', createHealthRoutes(isReady)).get('/metrics', async (c) => {
    await measure()
    c.header('Content-Type', registry.contentType)
    c.header('Cache-Control', 'no-store')
    return c.body(await registry.metrics())
  })
}
