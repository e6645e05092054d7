import { getRequestListener } from '@hono/node-server'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { createAgentConsole } from './agent-console/agent-console.ts'
import { Attachments } from './attachments/attachments.ts'
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
import { createWebMessagingApi } from './web-messaging/rest-api.ts'
import { createWebMessagingDoor } from './web-messaging/door.ts'
import { Sessions } from './web-messaging/sessions.ts'
import { World } from './world/world.ts'

export interface App {
  readonly serve: (request: IncomingMessage, response: ServerResponse) => void
  /** For requests that want to become a WebSocket. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Breaks every open socket. */
  readonly close: () => void
}

/** Makes every part once and says which door a request goes through. */
export function createApp(behaviour: Behaviour, clock: ClosableClock, logger: Logger): App {
  const world = new World(behaviour, clock)
  const rest = { world, faults: new ActiveFaults(), journal: new Journal(), rateLimits: new RateLimits(), logger }
  const attachments = new Attachments(clock)
  const sessions = new Sessions(world)
  const door = createWebMessagingDoor({ ...rest, sessions, attachments })
  const guestApi = createGuestApi(rest)
  const webMessagingApi = createWebMessagingApi({ ...rest, sessions, attachments })
  const scenarios = new RunningScenarios(world)
  const control = getRequestListener(
    createControl({ ...rest, scenarios, sessions, attachments, sockets: door }).fetch,
    { overrideGlobalObjects: false },
  )
  const agentConsole = getRequestListener(createAgentConsole().fetch, { overrideGlobalObjects: false })
  const deployments = getRequestListener(createDeploymentRoutes(world).fetch, { overrideGlobalObjects: false })

  const serve: App['serve'] = (request, response) => {
    const { url = '/' } = request
    // A line that breaks in the middle is the caller's affair.
    response.on('error', () => undefined)
    if (isBelow('/_simulator', url)) return void control(request, response)
    if (isBelow('/webdeployments', url)) return void deployments(request, response)
    if (url === '/' || isBelow('/agent', url)) return void agentConsole(request, response)
    void serveRest(rest, webMessagingApi.knows(url) ? webMessagingApi : guestApi, request, response)
  }
  return { serve, upgrade: door.upgrade, close: door.close }
}

const isBelow = (prefix: string, url: string) =>
  url.startsWith(prefix) && (url.length === prefix.length || '/?'.includes(url.charAt(prefix.length)))
