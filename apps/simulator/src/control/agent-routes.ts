import { Hono } from 'hono'
import type { Conversation, Speaker } from '../world/conversation.ts'
import { disconnectByAgent, joinAgent, leaveAgent, postReply, showTyping } from '../world/take-part.ts'
import type { World } from '../world/world.ts'
import type { ControlParts } from './control-parts.ts'
import { ControlRefusal, readControlBody } from './control-refusal.ts'
import { AgentAction } from './agent-action.ts'
import { toConversationSummary } from './views.ts'

/** How much history is shown at once. */
const MAX_SHOWN_ENTITIES = 500

/** An agent's part in conversations. */
export function createAgentRoutes(parts: ControlParts): Hono {
  const { world, scenarios } = parts
  const routes = new Hono()

  routes.get('/conversations/:id', (context) => {
    const conversation = findConversation(world, context.req.param('id'), 'path.id')
    return context.json({
      conversation: toConversationSummary(conversation, scenarios),
      participants: conversation.participants,
      entities: conversation.entities.slice(-MAX_SHOWN_ENTITIES).map(({ entity }) => entity),
    })
  })
  routes.post('/conversations/:id/agent', async (context) => {
    const conversation = findConversation(world, context.req.param('id'), 'path.id')
    act(parts, conversation, await readControlBody(context, AgentAction), new URL(context.req.url).origin)
    return context.json(toConversationSummary(conversation, scenarios))
  })
  return routes
}

/** Throws ControlRefusal 404 that points at `where`. */
export function findConversation(world: World, id: string, where: string): Conversation {
  const conversation = world.conversations.get(id)
  if (conversation) return conversation
  throw new ControlRefusal(404, 'conversation_not_found', 'There is no such conversation.', where)
}

function act(
  { world, attachments, sessions }: ControlParts,
  conversation: Conversation,
  action: AgentAction,
  origin: string,
): void {
  if (conversation.state === 'disconnected') {
    throw new ControlRefusal(409, 'conversation_ended', 'The conversation has ended.')
  }
  switch (action.action) {
    case 'join':
      return joinAgent(world, conversation, { nickname: action.name, kind: action.kind, image: action.image })
    case 'message':
      return void postReply(world, conversation, requireAgent(conversation), { text: action.text })
    case 'content':
      return void postReply(world, conversation, requireAgent(conversation), action)
    case 'file': {
      const file = { ...action, bytes: Buffer.from(action.base64, 'base64') }
      const deploymentId = sessions.list().find((session) => session.conversation === conversation)?.deploymentId
      const { downloadSeconds = 600 } = world.findDeployment(deploymentId ?? '') ?? {}
      const attachment = attachments.give(conversation.id, file, downloadSeconds, origin)
      const content = [{ contentType: 'Attachment', attachment }]
      return void postReply(world, conversation, requireAgent(conversation), { content })
    }
    case 'typing':
      return showTyping(world, conversation, requireAgent(conversation), action.typing)
    case 'leave':
      requireAgent(conversation)
      return leaveAgent(world, conversation)
    case 'disconnect':
      return disconnectByAgent(world, conversation, action.readOnly)
  }
}

function requireAgent({ agent }: Conversation): Speaker {
  if (agent) return agent
  throw new ControlRefusal(409, 'no_agent', 'No agent has joined this conversation.', 'body.action')
}
