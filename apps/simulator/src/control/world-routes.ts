import { Hono } from 'hono'
import * as v from 'valibot'
import { Behaviour } from '../options.ts'
import { scenarios as catalog, findScenario } from '../scenarios/catalog.ts'
import type { ControlParts } from './control-parts.ts'
import { ControlRefusal, parseControl, readControlBody } from './control-refusal.ts'
import { findConversation } from './agent-routes.ts'
import { followChanges } from './follow-changes.ts'
import { ScenarioStart } from './schemas.ts'
import { lastActivityMs, toActiveFaultView, toConversationSummary, toJournalRecord, toShownBehaviour } from './views.ts'

/** The whole: state, options, journal, changes, scenarios. */
export function createWorldRoutes(parts: ControlParts): Hono {
  const { world, attachments, faults, journal, rateLimits, scenarios } = parts
  const routes = new Hono()

  routes.get('/state', (context) =>
    context.json({
      options: toShownBehaviour(world.behaviour),
      guests: [...world.guests.values()].map(({ createdAtMs, ...guest }) => ({
        ...guest,
        createdAt: new Date(createdAtMs).toISOString(),
      })),
      conversations: [...world.conversations.values()]
        .sort((one, other) => lastActivityMs(other) - lastActivityMs(one))
        .map((conversation) => toConversationSummary(conversation, scenarios)),
      livingTokens: [...world.grants.living()].length,
      faults: faults.list().map(toActiveFaultView),
    }),
  )

  routes.post('/reset', (context) => {
    faults.clear()
    attachments.clear()
    world.reset()
    journal.clear()
    rateLimits.clear()
    return context.body(null, 204)
  })

  routes.get('/options', (context) => context.json(toShownBehaviour(world.behaviour)))
  routes.patch('/options', async (context) => {
    const change = await readControlBody(context, v.record(v.string(), v.unknown()))
    world.behaviour = parseControl(Behaviour, { ...world.behaviour, ...change }, 'body')
    return context.json(toShownBehaviour(world.behaviour))
  })

  routes.get('/requests', (context) => {
    const { operation, conversationId } = context.req.query()
    const entries = journal
      .list()
      .filter((entry) => operation === undefined || entry.operation === operation)
      .filter((entry) => conversationId === undefined || entry.conversationId === conversationId)
    return context.json({ requests: entries.map(toJournalRecord) })
  })
  routes.delete('/requests', (context) => {
    journal.clear()
    return context.body(null, 204)
  })

  routes.get('/events', () => followChanges(world, scenarios))

  routes.get('/scenarios', (context) =>
    context.json({ scenarios: catalog.map(({ id, title, summary }) => ({ id, title, summary })) }),
  )
  routes.post('/scenarios/:id/start', async (context) => {
    const scenario = findScenario(context.req.param('id'))
    if (!scenario) throw new ControlRefusal(404, 'scenario_not_found', 'There is no such scenario.', 'path.id')
    const { conversationId } = await readControlBody(context, ScenarioStart)
    const conversation = findConversation(world, conversationId, 'body.conversationId')
    if (conversation.state === 'disconnected' || conversation.agent) {
      throw new ControlRefusal(409, 'conversation_taken', 'The conversation has ended, or an agent is in it.')
    }
    scenarios.start(scenario, conversation)
    return context.body(null, 204)
  })
  return routes
}
