import { jsonAnswer, type Answer } from '../rest/answer.ts'
import type { Conversation } from '../world/conversation.ts'
import type { WrittenEntity } from '../world/entity.ts'
import { requireConversation, type GuestCall } from './guest-call.ts'
import { parsePageQuery, type PageQuery } from './page-query.ts'

/**
 * `GET …/{id}/messages`. With `waitSeconds` an empty page is held back until something is there, typing included, or the
 * time is over, or the token ends. A page costs its own length, never the conversation's.
 */
export async function listMessages(call: GuestCall): Promise<Answer> {
  const conversation = requireConversation(call)
  const query = parsePageQuery(call.exchange.query, conversation)
  const page = readPage(conversation, query)
  const isWaiting = query.waitSeconds > 0 && query.end === Infinity && call.world.behaviour.receive !== 'poll'
  if (page.length > 0 || !isWaiting) return answerPage(call, conversation, query, page)
  return answerPage(call, conversation, query, await nextEntities(call, conversation, query))
}

function readPage({ entities }: Conversation, { start, end, descending, pageSize }: PageQuery): WrittenEntity[] {
  const last = Math.min(end, entities.length)
  if (!descending) return entities.slice(start, Math.min(last, start + pageSize))
  return entities.slice(Math.max(start, last - pageSize), Math.max(start, last)).reverse()
}

/** What arrives next, or nothing when the wait is over. */
function nextEntities(call: GuestCall, conversation: Conversation, query: PageQuery): Promise<WrittenEntity[]> {
  const { promise, resolve } = Promise.withResolvers<WrittenEntity[]>()
  const { world, grant, exchange } = call
  const finish = (arrived: WrittenEntity[]) => {
    conversation.listeners.delete(listener)
    cancelTimer()
    forgetGrant()
    exchange.response.off('close', giveUp)
    resolve(arrived)
  }
  const giveUp = () => finish([])
  const listener = (written: WrittenEntity) => finish([written])
  const cancelTimer = world.clock.after(query.waitSeconds * 1000, giveUp)
  const forgetGrant = world.grants.onEnd(grant, giveUp)
  conversation.listeners.add(listener)
  exchange.response.once('close', giveUp)
  return promise
}

function answerPage(
  { exchange, faults }: GuestCall,
  conversation: Conversation,
  query: PageQuery,
  page: readonly WrittenEntity[],
): Answer {
  const entities = faults.arrangePage(
    exchange,
    page.map(({ json }) => json),
  )
  const parts = [`"entities":[${entities.join(',')}]`, `"pageSize":${query.pageSize}`]
  for (const [name, uri] of Object.entries(neighbours(exchange.path, exchange.query, conversation, query, page))) {
    parts.push(`"${name}":${JSON.stringify(uri)}`)
  }
  parts.push(`"selfUri":${JSON.stringify(exchange.uri)}`)
  return jsonAnswer(200, `{${parts.join(',')}}`)
}

/** Where reading goes on, where there is more to read. */
function neighbours(
  path: string,
  asked: URLSearchParams,
  { entities, positions }: Conversation,
  { start, end, descending }: PageQuery,
  page: readonly WrittenEntity[],
): { nextUri?: string; previousUri?: string } {
  const [first, last] = [page[0]?.entity.id, page.at(-1)?.entity.id]
  if (first === undefined || last === undefined) return {}
  const lastPosition = positions.get(last) ?? 0
  const hasNext = descending ? lastPosition > start : lastPosition + 1 < Math.min(end, entities.length)
  const hasPrevious = !descending && (positions.get(first) ?? 0) > 0
  return {
    ...(hasNext && { nextUri: uriFrom(path, asked, descending ? { before: last } : { after: last }) }),
    ...(hasPrevious && { previousUri: uriFrom(path, asked, { before: first, sortOrder: 'descending' }) }),
  }
}

/** The same query from another cursor. */
function uriFrom(path: string, asked: URLSearchParams, cursor: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(asked)
  const replaced = 'sortOrder' in cursor ? ['waitSeconds', 'after', 'since'] : ['waitSeconds']
  for (const name of replaced) query.delete(name)
  for (const [name, value] of Object.entries(cursor)) query.set(name, value)
  return `${path}?${query.toString()}`
}
