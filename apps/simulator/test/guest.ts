import { guestApiPaths, scopes } from '@foyer/shared/platform/guest-api'
import { onTestFinished } from 'vitest'
import type { Entity } from '../src/world/entity.ts'
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET } from '../src/options.ts'
import {
  startSimulator,
  type Simulator,
  type SimulatorOptions,
  type SimulatorSurroundings,
} from '../src/start-simulator.ts'

/** A simulator for one test, gone with it. */
export async function simulatorFor(options: SimulatorOptions = {}, surroundings: SimulatorSurroundings = {}) {
  const simulator = await startSimulator(options, surroundings)
  onTestFinished(() => simulator.close())
  return simulator
}

export const EVERY_SCOPE = Object.values(scopes).join(' ')

/** What answers hold, as far as tests read them: which of it is there depends on the operation. */
export interface Body extends Entity {
  readonly access_token: string
  readonly refresh_token: string
  readonly expires_in: number
  readonly scope: string
  readonly authorizedScope: readonly string[]
  readonly entities: readonly Entity[]
  readonly nextUri?: string
  readonly previousUri?: string
  readonly selfUri: string
  readonly state: string
  readonly readOnly: boolean
  readonly participants: readonly { purpose: string; nickname: string | null; state: string }[]
  readonly code: string
  readonly message: string
  readonly contextId: string
  readonly details: readonly { errorCode: string; fieldName: string }[]
  readonly error: string
  readonly error_description: string
  readonly normalizedMessage: { text: string; direction: string }
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Body
}

export interface CallOptions {
  readonly accessToken?: string | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** One request as any client would send it. A string body goes as it is, anything else as JSON. */
export async function call(
  { url }: Pick<Simulator, 'url'>,
  method: string,
  path: string,
  { accessToken, body, headers = {}, signal }: CallOptions = {},
): Promise<Reply> {
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: toBody(text),
  }
}

/** What is not JSON has no parts: reading one is undefined, as of an answer that lacks it. */
const toBody = (text: string): Body => JSON.parse(text.startsWith('{') ? text : '{}')

export const demoClient = { client_id: DEMO_CLIENT_ID, client_secret: DEMO_CLIENT_SECRET }

export function askToken(simulator: Simulator, fields: object = { ...demoClient, scope: EVERY_SCOPE }): Promise<Reply> {
  return call(simulator, 'POST', guestApiPaths.token, { body: fields })
}

/** A guest with every scope, in a conversation of their own. */
export async function openChat(simulator: Simulator, name = 'Rosa') {
  const { body: token } = await askToken(simulator)
  const accessToken = token.access_token
  const { body: conversation } = await call(simulator, 'POST', guestApiPaths.conversations, {
    accessToken,
    body: { name },
  })
  const { id } = conversation
  return {
    id,
    accessToken,
    refreshToken: token.refresh_token,
    send: (text: string, fields: object = {}) =>
      call(simulator, 'POST', guestApiPaths.messages(id), { accessToken, body: { text, ...fields } }),
    list: (query = '') => call(simulator, 'GET', `${guestApiPaths.messages(id)}${query}`, { accessToken }),
    read: () => call(simulator, 'GET', guestApiPaths.conversation(id), { accessToken }),
    stream: () => openStream(simulator, id, accessToken),
  }
}

export type Chat = Awaited<ReturnType<typeof openChat>>

/** Lines of a stream as they come; it is open once the first blank line is here. */
export async function openStream({ url }: Simulator, id: string, accessToken: string) {
  const response = await fetch(url + guestApiPaths.stream(id), { headers: { authorization: `Bearer ${accessToken}` } })
  const reader = (response.body ?? new ReadableStream<never>()).pipeThrough(new TextDecoderStream()).getReader()
  let buffer = ''
  /** The next line, blank ones included; undefined at the end. */
  async function nextLine(): Promise<string | undefined> {
    for (;;) {
      const end = buffer.indexOf('\n')
      if (end >= 0) {
        const line = buffer.slice(0, end)
        buffer = buffer.slice(end + 1)
        return line
      }
      const { done, value } = await reader.read()
      if (done) return undefined
      buffer += value
    }
  }
  if (response.ok) await nextLine()
  /** The next message or event. */
  async function next(): Promise<Entity> {
    const line = await nextLine()
    return line === '' ? next() : JSON.parse(line ?? 'null')
  }
  return { response, nextLine, next, cancel: () => reader.cancel() }
}
