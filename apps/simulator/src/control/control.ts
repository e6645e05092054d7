import { Hono } from 'hono'
import { createAgentRoutes } from './agent-routes.ts'
import type { ControlParts } from './control-parts.ts'
import { ControlRefusal } from './control-refusal.ts'
import { createFaultRoutes } from './fault-routes.ts'
import { createGuestRoutes } from './guest-routes.ts'
import { createSignInRoutes } from './sign-in-routes.ts'
import { createSocketRoutes } from './socket-routes.ts'
import { createWorldRoutes } from './world-routes.ts'

/** `/_simulator`: what the platform does not have. Seeds, runs, breaks, and looks inside. */
export function createControl(parts: ControlParts): Hono {
  const control = new Hono().basePath('/_simulator')
  control.use(async ({ req }, next) => {
    // Whoever has a page open elsewhere in this browser must not play the agent here (Fetch Metadata).
    const site = req.header('sec-fetch-site') ?? 'none'
    if (req.method !== 'GET' && site !== 'same-origin' && site !== 'none') {
      throw new ControlRefusal(403, 'foreign_origin', 'The control API takes no orders from other pages.')
    }
    await next()
  })
  for (const routes of [
    createWorldRoutes,
    createFaultRoutes,
    createGuestRoutes,
    createAgentRoutes,
    createSocketRoutes,
    createSignInRoutes,
  ]) {
    control.route('/', routes(parts))
  }
  control.notFound((context) => context.json(toBody(new ControlRefusal(404, 'not_found', 'No such resource.')), 404))
  control.onError((error, context) => {
    if (error instanceof ControlRefusal) return context.json(toBody(error), error.status)
    parts.logger.error('control_failed', error)
    return context.json(toBody(new ControlRefusal(500, 'internal_error', 'The simulator failed.')), 500)
  })
  return control
}

const toBody = ({ code, message, where }: ControlRefusal) => ({ error: code, message, where })
