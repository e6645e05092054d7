import { getRequestListener } from '@hono/node-server'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createAgentConsole } from './agent-console/agent-console.ts'
import type { ClosableClock } from './closable-clock.ts'
import { createControl } from './control/control.ts'
import { createDeploymentRoutes } from './deployments/deployment-routes.ts'
import { ActiveFaults } from './faults/active-faults.ts'
import { createGuestApi } from './guest-api/guest-api.ts'
import type { Logger } from './logger.ts'
import type { Behaviour } from './options.ts'
import { Journal } from './rest/journal.ts'
import { RateLimits } from './rest/rate-limits.ts'
import { serveRest } from './rest/rest-door.ts'
import { RunningScenarios } from './scenarios/running-scenarios.ts'
import { World } from './world/world.ts'

export type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** Makes every part once and says which door a request goes through. */
export function createApp(behaviour: Behaviour, clock: ClosableClock, logger: Logger): Listener {
  const world = new World(behaviour, clock)
  const rest = { world, faults: new ActiveFaults(), journal: new Journal(), rateLimits: new RateLimits(), logger }
  const guestApi = createGuestApi(rest)
  const scenarios = new RunningScenarios(world)
  const control = getRequestListener(createControl({ ...rest, scenarios }).fetch, { overrideGlobalObjects: false })
  const agentConsole = getRequestListener(createAgentConsole().fetch, { overrideGlobalObjects: false })
  const deployments = getRequestListener(createDeploymentRoutes(world).fetch, { overrideGlobalObjects: false })

  return (request, response) => {
    const { url = '/' } = request
    // A line that breaks in the middle is the caller's affair.
    response.on('error', () => undefined)
    if (isBelow('/_simulator', url)) return void control(request, response)
    if (isBelow('/webdeployments', url)) return void deployments(request, response)
    if (url === '/' || isBelow('/agent', url)) return void agentConsole(request, response)
    void serveRest(rest, guestApi, request, response)
  }
}

const isBelow = (prefix: string, url: string) =>
  url.startsWith(prefix) && (url.length === prefix.length || '/?'.includes(url.charAt(prefix.length)))
