import { randomUUID } from 'node:crypto'
import { get } from 'node:http'
import type { Pool } from 'undici'
import { patiently, Refused } from './patiently.ts'
import { CLIENT } from './platform-client.ts'
import { createSseScan, echoIn, scanLines } from './sse-scan.ts'
import { openStalledTab } from './stalled-tab.ts'

/** A guest of either relay: says something, and is called back with every text the agent says. */
export interface RelayGuest {
  /** Resolves to the status of the answer. */
  say(text: string): Promise<number>
  leave(): void
}

export interface StreamingGuest extends RelayGuest {
  /** One stream more, as of a second tab; it tells nobody what it hears. It ends when the guest leaves, or by what is returned. */
  openTab(): Promise<() => void>
  /** The same, but it takes nothing of what comes, and comes again every `stayMs`. */
  openStalledTab(stayMs: number): Promise<() => void>
}

export type OnEcho = (text: string) => void
/** `name`: what the agent sees, where the relay has names. */
export type Admit<Guest extends RelayGuest = RelayGuest> = (onEcho: OnEcho, name?: string) => Promise<Guest>

/** Guests of the bare relay: each brings a token and a conversation of the platform. */
export function bareGuests(url: string, pool: Pool, platformUrl: string): Admit<StreamingGuest> {
  return async (onEcho) => {
    const { own, id } = await admitToPlatform(platformUrl)
    const tabs = await openTabs(`${url}/events/${id}`, own, onEcho)
    return { ...tabs, say: (text) => post(pool, `/messages/${id}`, own, { text }) }
  }
}

/** Guests of a proxy before the platform: as those of the bare relay, but what they hear is the platform's own stream. */
export function proxyGuests(url: string, pool: Pool, platformUrl: string): Admit {
  return async (onEcho) => {
    const { own, id } = await admitToPlatform(platformUrl)
    const leave = await follow(`${url}/events/${id}`, own, onEcho, scanLines)
    return { leave, say: (text) => post(pool, `/messages/${id}`, own, { text }) }
  }
}

async function admitToPlatform(platformUrl: string) {
  const token = await postJson(`${platformUrl}/api/v2/oauth/guest/token`, {}, CLIENT)
  const own = { authorization: `Bearer ${token.body['access_token']}` }
  const conversation = await postJson(`${platformUrl}/api/v2/conversations/messaging`, own, {})
  return { own, id: String(conversation.body['id']) }
}

/** Guests of Foyer, as its page is one: session cookie, headers, conversation, stream. */
export function foyerGuests(url: string, pool: Pool): Admit<StreamingGuest> {
  return async (onEcho, name) => {
    const headers = { origin: url, 'x-csrf': '1' }
    const session = await postJson(`${url}/api/session`, headers, name === undefined ? {} : { name })
    const own = { ...headers, cookie: session.cookie }
    const conversation = await postJson(`${url}/api/conversations`, own)
    const path = `/api/conversations/${conversation.body['conversationId']}`
    const tabs = await openTabs(`${url}${path}/events`, own, onEcho)
    return { ...tabs, say: (text) => post(pool, `${path}/messages`, own, { messageId: randomUUID(), text }) }
  }
}

async function openTabs(url: string, headers: Record<string, string>, onEcho: OnEcho) {
  const open = [await follow(url, headers, onEcho)]
  const keep = (close: () => void) => {
    open.push(close)
    return close
  }
  return {
    openTab: async () => keep(await follow(url, headers, () => undefined)),
    openStalledTab: async (stayMs: number) => keep(await openStalledTab(url, headers, stayMs)),
    leave: () => open.forEach((close) => close()),
  }
}

function postJson(url: string, headers: Record<string, string>, body?: object) {
  return patiently(async () => {
    const answer = await fetch(url, {
      method: 'POST',
      ...(body
        ? { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
        : { headers }),
    })
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    if (!answer.ok) {
      throw new Refused(`${url}: ${answer.status} ${await answer.text()}`, answer.headers.get('retry-after'))
    }
    return { body: (await answer.json()) as Record<string, unknown>, cookie }
  })
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
function follow(...stream: Parameters<typeof followOnce>): Promise<() => void> {
  return patiently(() => followOnce(...stream))
}

function followOnce(
  url: string,
  headers: Record<string, string>,
  onEcho: OnEcho,
  createScan = createSseScan,
): Promise<() => void> {
  const { promise, resolve, reject } = Promise.withResolvers<() => void>()
  const request = get(url, { headers, agent: false }, (response) => {
    if (response.statusCode !== 200) {
      response.resume()
      return reject(new Refused(`stream: ${response.statusCode}`, response.headers['retry-after']))
    }
    const scan = createScan((data) => {
      const text = echoIn(data)
      if (text !== undefined) onEcho(text)
    })
    response.setEncoding('utf8').on('data', scan)
    // A relay that is stopped takes its streams with it; what is lost by that shows in the count.
    response.once('error', () => undefined)
    resolve(() => request.destroy())
  })
  // Also later: a relay that cannot hold so many may reset one that was open.
  request.on('error', reject)
  return promise
}
