import type { Clock } from '../clock.ts'
import type { Behaviour, Client, Deployment } from '../options.ts'
import { Changes } from './changes.ts'
import { createConversation, type Conversation, type ConversationProfile } from './conversation.ts'
import { Grants } from './grants.ts'
import { HistoryTokens } from './history-tokens.ts'
import { createUuid } from './identifiers.ts'
import { SignIns } from './sign-ins.ts'

/** Someone who chats without having signed in. */
export interface Guest {
  readonly id: string
  readonly clientId: string
  readonly createdAtMs: number
  readonly conversationIds: string[]
}

/** The platform's organisation, as `tokens/me` names it. */
export const organization = { id: '776dbc31-50e7-44b3-bbfd-109acd22eca6', name: 'Sandbox Retail' }

/** All there is. Every door reads and changes this and keeps nothing of its own. */
export class World {
  readonly clock: Clock
  readonly grants: Grants
  readonly historyTokens: HistoryTokens
  readonly signIns: SignIns
  readonly guests = new Map<string, Guest>()
  readonly conversations = new Map<string, Conversation>()
  readonly changes = new Changes()
  behaviour: Behaviour
  readonly #initial: Behaviour
  readonly #guestsByHint = new Map<string, Guest>()

  constructor(behaviour: Behaviour, clock: Clock) {
    this.behaviour = behaviour
    this.#initial = behaviour
    this.clock = clock
    this.grants = new Grants(clock)
    this.historyTokens = new HistoryTokens(clock)
    this.signIns = new SignIns(clock)
  }

  findClient(id: string): Client | undefined {
    return this.behaviour.clients.find((client) => client.id === id)
  }

  /** A new guest, or the one who gave the same hint before, where the platform knows guests by a hint. */
  admitGuest(clientId: string, hint: string | undefined): Guest {
    const key = hint !== undefined && this.behaviour.guestIdentity === 'hint' ? `${clientId} ${hint}` : undefined
    const known = key === undefined ? undefined : this.#guestsByHint.get(key)
    if (known) return known
    const guest: Guest = { id: createUuid(), clientId, createdAtMs: this.clock.now(), conversationIds: [] }
    this.guests.set(guest.id, guest)
    if (key !== undefined) this.#guestsByHint.set(key, guest)
    return guest
  }

  findDeployment(id: string): Deployment | undefined {
    return this.behaviour.deployments.find((deployment) => deployment.id === id)
  }

  openConversation(guestId: string, profile: ConversationProfile): Conversation {
    const conversation = createConversation(createUuid(), guestId, profile, this.clock.now())
    this.conversations.set(conversation.id, conversation)
    this.guests.get(guestId)?.conversationIds.push(conversation.id)
    this.changes.publish({ type: 'opened', conversation })
    return conversation
  }

  /** Back to how it was started: no guests, tokens or conversations, first behaviour. */
  reset(): void {
    this.grants.clear()
    this.historyTokens.clear()
    this.signIns.clear()
    this.guests.clear()
    this.#guestsByHint.clear()
    this.conversations.clear()
    this.behaviour = this.#initial
    this.changes.publish({ type: 'reset' })
  }
}
