import { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { World } from '../world/world.ts'
import { toConfiguration, toDomains } from './configuration.ts'

/** What a widget or another client reads before it connects (web-messaging.md §19): public, and the same for everybody. */
export function createDeploymentRoutes(world: World): Hono {
  const find = (id: string) => world.behaviour.deployments.find((deployment) => deployment.id === id)
  return new Hono()
    .basePath('/webdeployments/v1/deployments')
    .use(cors())
    .get('/:id/config.json', (context) => {
      const deployment = find(context.req.param('id'))
      return deployment ? context.json(toConfiguration(deployment, new URL(context.req.url).origin)) : refuse()
    })
    .get('/:id/domains.json', (context) => {
      const deployment = find(context.req.param('id'))
      return deployment ? context.json(toDomains(deployment)) : refuse()
    })
    .notFound(refuse)
}

/** The platform's storage tells nobody whether there is such a file (§19.1). */
const refuse = () => new Response('AccessDenied', { status: 403, headers: { 'access-control-allow-origin': '*' } })
