import { FormsQuery, Rating, type Forms } from '@foyer/shared/protocol/forms'
import { routes } from '@foyer/shared/protocol/routes'
import { Hono } from 'hono'
import type { Relay } from '../conversations/relay.ts'
import type { Logger } from '../logger.ts'
import { parse, readJson } from '../middleware/json-body.ts'
import type { SessionEnv } from '../middleware/session-cookie.ts'
import { RequestError } from '../problems.ts'
import { requireOwned } from './owned-conversation.ts'

export interface FormRouteParts {
  readonly relay: Relay
  readonly logger: Logger
  readonly formsIn: (locale: string | undefined) => Forms
}

/** What is asked before and after a chat. A rating goes to the log: no platform takes one once a conversation has ended. */
export function createFormRoutes({ relay, logger, formsIn }: FormRouteParts): Hono<SessionEnv> {
  return new Hono<SessionEnv>()
    .get(routes.readForms.path, (c) => c.json(formsIn(parse(FormsQuery, c.req.query()).locale)))

    .post(routes.rateConversation.path, async (c) => {
      const { record } = await requireOwned(c, relay)
      const { score } = await readJson(c, Rating)
      if (!formsIn(undefined).rating) throw new RequestError('not-supported')
      if (record.state !== 'ended') throw new RequestError('invalid-request', 'The conversation has not ended.')
      if (await relay.rate(record, score)) {
        const { conversationId, upstreamConversationId } = record
        logger.info({ event: 'conversation-rated', conversationId, upstreamConversationId, score })
      }
      return c.body(null, 204)
    })
}
