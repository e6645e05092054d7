import { Hono } from 'hono'

/** `/agent`: the page where a person plays the agent. */
export function createAgentConsole(): Hono {
  const app = new Hono()
  app.get('/', (context) => context.redirect('/agent'))
  return app
}
