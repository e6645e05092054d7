import * as v from 'valibot'
import { Behaviour } from '../options.ts'
import type { AgentContent, AgentOrder } from './agent-action.ts'
import { readChanges } from './read-changes.ts'
import {
  ActiveFaultView,
  ControlErrorBody,
  ConversationSummary,
  ConversationView,
  FaultList,
  JournalRecords,
  ScenarioList,
  SignInCode,
  SocketList,
  SocketsDropped,
  State,
  TokensChanged,
  type SignInOrder,
  type SocketDrop,
  type FaultOrder,
  type JournalRecord,
  type WorldChange,
} from './schemas.ts'

export type BehaviourChange = Partial<v.InferInput<typeof Behaviour>>

/** The control API refused, or is not there: `status` 0. `where` points into the request. */
export class ControlError extends Error {
  readonly status: number
  readonly code: string
  readonly where: string | null

  constructor(status: number, { error, message, where }: v.InferOutput<typeof ControlErrorBody>) {
    super(where === null ? message : `${message} (${where})`)
    this.name = 'ControlError'
    this.status = status
    this.code = error
    this.where = where
  }
}

export type ControlClient = ReturnType<typeof createControlClient>

/** Speaks to the simulator at `url` (its origin). Every answer is parsed; every refusal throws ControlError. */
export function createControlClient(url: string) {
  const origin = `${url.replace(/\/$/, '')}/_simulator`

  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${origin}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.text()
    const answer: unknown = text === '' ? undefined : JSON.parse(text)
    if (!response.ok) throw new ControlError(response.status, v.parse(ControlErrorBody, answer))
    return answer
  }

  const act = async (conversationId: string, action: AgentOrder): Promise<ConversationSummary> =>
    v.parse(ConversationSummary, await call('POST', `/conversations/${conversationId}/agent`, action))
  const changeTokens = async (path: string, body: object) => {
    const { tokens } = v.parse(TokensChanged, await call('POST', `/guests/${path}`, body))
    return tokens
  }

  return {
    state: async (): Promise<State> => v.parse(State, await call('GET', '/state')),
    /** Forgets guests, tokens, conversations, faults and the journal; takes back changed options. */
    reset: async () => void (await call('POST', '/reset')),
    options: async (): Promise<Behaviour> => v.parse(Behaviour, await call('GET', '/options')),
    changeOptions: async (change: BehaviourChange): Promise<Behaviour> =>
      v.parse(Behaviour, await call('PATCH', '/options', change)),

    /** What reached the platform's API lately, oldest first; secrets are masked. */
    requests: async (filter: { operation?: string; conversationId?: string } = {}): Promise<JournalRecord[]> =>
      v.parse(JournalRecords, await call('GET', `/requests?${new URLSearchParams(filter).toString()}`)).requests,
    clearRequests: async () => void (await call('DELETE', '/requests')),

    addFault: async (order: FaultOrder): Promise<ActiveFaultView> =>
      v.parse(ActiveFaultView, await call('POST', '/faults', order)),
    faults: async () => v.parse(FaultList, await call('GET', '/faults')),
    removeFault: async (id: string) => void (await call('DELETE', `/faults/${id}`)),
    removeFaults: async () => void (await call('DELETE', '/faults')),

    conversation: async (id: string): Promise<ConversationView> =>
      v.parse(ConversationView, await call('GET', `/conversations/${id}`)),
    act,
    joinAgent: (conversationId: string, name: string, more: { kind?: 'Human' | 'Bot'; image?: string } = {}) =>
      act(conversationId, { action: 'join', name, ...more }),
    sendAgentMessage: (conversationId: string, text: string) => act(conversationId, { action: 'message', text }),
    showAgentTyping: (conversationId: string, typing: boolean) => act(conversationId, { action: 'typing', typing }),
    /** Anything Web Messaging can carry to a guest (web-messaging.md §7.1), as it goes over the wire. */
    sendAgentContent: (conversationId: string, content: readonly object[], text?: string) =>
      act(conversationId, { action: 'content', content: [...content] as AgentContent, text }),
    sendAgentFile: (conversationId: string, file: { name: string; type: string; bytes: Uint8Array }) =>
      act(conversationId, {
        ...{ action: 'file', name: file.name, type: file.type },
        base64: Buffer.from(file.bytes).toString('base64'),
      }),
    leaveAgent: (conversationId: string) => act(conversationId, { action: 'leave' }),
    disconnectConversation: (conversationId: string, { readOnly }: { readOnly: boolean }) =>
      act(conversationId, { action: 'disconnect', readOnly }),

    /** Resolve to how many living tokens were meant. Without `guestId`: everybody's. */
    expireTokens: (guestId?: string) => changeTokens('expire-tokens', { guestId }),
    revokeTokens: (guestId?: string) => changeTokens('revoke-tokens', { guestId }),
    revokeScopes: (scopes: string[], guestId?: string) => changeTokens('scopes', { scopes, guestId }),

    /** What an OIDC provider would send a person's browser back with: good once, at the token exchange (web-messaging.md §18). */
    createSignInCode: async (order: SignInOrder): Promise<string> =>
      v.parse(SignInCode, await call('POST', '/sign-in-codes', order)).code,

    sockets: async () => v.parse(SocketList, await call('GET', '/web-messaging/sockets')).sockets,
    /** Ends sockets from the platform's side; of one conversation, or all. Resolves to how many. */
    dropSockets: async (order: SocketDrop = {}): Promise<number> =>
      v.parse(SocketsDropped, await call('POST', '/web-messaging/sockets/drop', order)).dropped,

    scenarios: async () => v.parse(ScenarioList, await call('GET', '/scenarios')).scenarios,
    startScenario: async (id: string, conversationId: string) =>
      void (await call('POST', `/scenarios/${id}/start`, { conversationId })),

    /** Every change of the world from the moment this resolves, until the signal aborts. */
    changes: (signal: AbortSignal): Promise<AsyncIterable<WorldChange>> => readChanges(`${origin}/events`, signal),
  }
}
