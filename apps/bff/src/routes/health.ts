import { Hono } from 'hono'

/** Alive: the event loop turns. Ready: requests are welcome; `isReady` says so. One word each. */
export function createHealthRoutes(isReady: () => Promise<boolean>): Hono {
  return new Hono()
    .get('/health/live', (c) => c.text('alive'))
    .get('/health/ready', async (c) => ((await isReady()) ? c.text('ready') : c.text('unavailable', 503)))
}
