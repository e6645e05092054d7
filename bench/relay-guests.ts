import { randomUUID } from 'node:crypto'
import { get } from 'node:http'
import type { Pool } from 'undici'

/** A guest of either relay: says something, and is called back with every text the agent says. */
export interface RelayGuest {
  say(text: string): Promise<number>
  leave(): void
}

export type OnEcho = (text: string) => void
export type Admit = (onEcho: OnEcho) => Promise<RelayGuest>

const ECHO = /"text":"echo:([^"]+)"/g

/** Guests of the bare relay: a conversation is just a name. */
export function bareGuests(url: string, pool: Pool): Admit {
  return async (onEcho) => {
    const id = randomUUID()
    const leave = await follow(`${url}/events/${id}`, {}, onEcho)
    return { leave, say: (text) => post(pool, `/messages/${id}`, {}, { text }) }
  }
}

/** Guests of Foyer, as its page is one: session cookie, headers, conversation, stream. */
export function foyerGuests(url: string, pool: Pool): Admit {
  return async (onEcho) => {
    const headers = { origin: url, 'x-csrf': '1', 'content-type': 'application/json' }
    const started = await fetch(`${url}/api/session`, { method: 'POST', headers, body: '{}' })
    const cookie = started.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const own = { ...headers, cookie }
    const opened = await fetch(`${url}/api/conversations`, { method: 'POST', headers: own, body: '{}' })
    const { conversationId } = (await opened.json()) as { conversationId: string }
    const path = `/api/conversations/${conversationId}`
    const leave = await follow(`${url}${path}/events`, own, onEcho)
    return { leave, say: (text) => post(pool, `${path}/messages`, own, { messageId: randomUUID(), text }) }
  }
}

async function post(pool: Pool, path: string, headers: Record<string, string>, body: object): Promise<number> {
  const answer = await pool.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  await answer.body.dump()
  return answer.statusCode
}

/** Reads a stream until the returned function is called. Resolves once it is open. */
function follow(url: string, headers: Record<string, string>, onEcho: OnEcho): Promise<() => void> {
  const { promise, resolve, reject } = Promise.withResolvers<() => void>()
  const request = get(url, { headers, agent: false }, (response) => {
    if (response.statusCode !== 200) return reject(new Error(`stream: ${response.statusCode}`))
    let rest = ''
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) for (const [, text] of block.matchAll(ECHO)) if (text !== undefined) onEcho(text)
    })
    resolve(() => request.destroy())
  })
  request.once('error', reject)
  return promise
}
