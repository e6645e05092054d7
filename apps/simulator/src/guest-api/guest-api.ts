import { insufficientScope } from '../rest/insufficient-scope.ts'
import type { Answer } from '../rest/answer.ts'
import { notFound } from '../rest/error-answers.ts'
import type { Exchange } from '../rest/exchange.ts'
import { refuseOverLimit } from '../rest/rate-limits.ts'
import { countUnknownCaller, type RestApi, type RestDoorParts } from '../rest/rest-door.ts'
import { missingScopes, type Grant } from '../world/grant.ts'
import { findBearerGrant, peekBearerGrant } from './bearer.ts'
import { createConversation, endConversation, readConversation } from './conversations.ts'
import type { GuestCall } from './guest-call.ts'
import { Heartbeat } from './heartbeat.ts'
import { listMessages } from './list-messages.ts'
import { OAuthError } from './oauth-error.ts'
import { matchOperation, requiredScopes, type OperationName } from './operations.ts'
import { sendMessage, sendTyping } from './send-message.ts'
import { streamMessages } from './stream.ts'
import { describeToken, revokeToken } from './token-info.ts'
import { issueToken } from './token.ts'

type Operation = (call: GuestCall) => Answer | Promise<Answer>

const operations: Record<Exclude<OperationName, 'token'>, Operation> = {
  'token-info': describeToken,
  'revoke-token': revokeToken,
  'create-conversation': createConversation,
  'read-conversation': readConversation,
  'end-conversation': endConversation,
  'list-messages': listMessages,
  stream: streamMessages,
  'send-message': sendMessage,
  typing: sendTyping,
}

/**
 * The guest REST contract (platform-api.md §5). A call passes, in this order: its token (401), its rate (429), its scopes
 * (403), the conversation (404), the body (413, 415, 400), the conversation's state (409).
 */
export function createGuestApi(parts: RestDoorParts): RestApi {
  const { world, rateLimits, faults } = parts
  const heartbeat = new Heartbeat(world.clock)
  const nowMs = () => world.clock.now()

  async function operateToken(exchange: Exchange): Promise<Answer> {
    try {
      return await issueToken(exchange, world, ({ id }) => {
        const allowed = world.behaviour.clientRateLimitPerMinute
        exchange.rateWindow = rateLimits.count(id, 'client.credentials.token.rate.per.minute', allowed, nowMs())
        refuseOverLimit(exchange.rateWindow, nowMs())
      })
    } catch (error) {
      if (error instanceof OAuthError) return error.toAnswer()
      throw error
    }
  }

  function operateAs(grant: Grant, name: Exclude<OperationName, 'token'>, exchange: Exchange) {
    const allowed = world.behaviour.rateLimitPerMinute
    exchange.rateWindow = rateLimits.count(grant.id, 'token.rate.per.minute', allowed, nowMs())
    refuseOverLimit(exchange.rateWindow, nowMs())
    const required = requiredScopes[name]
    const missing = missingScopes(grant.scopes, required)
    if (missing.length > 0) {
      const shortfall = { required, granted: grant.scopes, missing }
      return insufficientScope(world.behaviour.insufficientScopeDialect, shortfall, exchange.correlationId)
    }
    return operations[name]({ exchange, world, grant, heartbeat, faults })
  }

  return {
    recognise(exchange) {
      const { method = '', headers } = exchange.request
      const matched = matchOperation(method, exchange.path)
      if (!matched) return
      exchange.operation = matched.name
      exchange.conversationId = matched.conversationId
      if (matched.name === 'token') return
      exchange.grant = peekBearerGrant(headers.authorization, world.grants)
      exchange.clientId = exchange.grant?.family.clientId
    },

    async operate(exchange) {
      if (exchange.operation === 'token') return operateToken(exchange)
      if (!isGuestOperation(exchange.operation)) throw notFound()
      const grant = findBearerGrant(exchange.request.headers.authorization, world.grants, () => {
        exchange.rateWindow = countUnknownCaller(rateLimits, world, nowMs())
        refuseOverLimit(exchange.rateWindow, nowMs())
      })
      return operateAs(grant, exchange.operation, exchange)
    },
  }
}

function isGuestOperation(name: string): name is keyof typeof operations {
  return Object.hasOwn(operations, name)
}
