import { jsonAnswer, type Answer } from '../rest/answer.ts'
import { readBearer } from '../rest/bearer.ts'
import { invalidQuery, tokenUnknown, tooManyRequests } from '../rest/error-answers.ts'
import type { Exchange } from '../rest/exchange.ts'
import type { WebMessagingDoorParts } from './door.ts'
import { listHistory } from './history-entities.ts'

const MAX_PAGE_SIZE = 500

/** A page of the history, newest first (web-messaging.md §13); one past the end is empty. */
export function readHistory(exchange: Exchange, { world, sessions }: WebMessagingDoorParts): Answer {
  const key = world.historyTokens.find(readBearer(exchange.request))
  const session = key === undefined ? undefined : sessions.find(key)
  const deployment = session && world.findDeployment(session.deploymentId)
  if (!session || !deployment) throw tokenUnknown()
  exchange.clientId = deployment.id
  const allowed = deployment.limits.historyPerMinute
  const waitSeconds = session.rates.history.exceed(allowed, world.clock.now())
  if (waitSeconds !== undefined) {
    throw tooManyRequests({ key: 'webmessaging.history.rate.per.minute', value: allowed }, waitSeconds)
  }
  const pageSize = readNumber(exchange, 'pageSize', 25, MAX_PAGE_SIZE)
  const pageNumber = readNumber(exchange, 'pageNumber', 1, Number.MAX_SAFE_INTEGER)
  const all = listHistory(session, deployment)
  const entities = all.slice((pageNumber - 1) * pageSize, pageNumber * pageSize)
  const pageCount = Math.ceil(all.length / pageSize)
  const page = JSON.stringify({ entities, pageSize, pageNumber, total: all.length, pageCount })
  return jsonAnswer(200, page)
}

function readNumber({ query }: Exchange, name: string, fallback: number, max: number): number {
  const text = query.get(name)
  if (text === null) return fallback
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > max) throw invalidQuery(name, `${name} must be between 1 and ${max}.`)
  return value
}
