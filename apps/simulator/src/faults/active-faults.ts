import type { Clock } from '../clock.ts'
import { ABANDONED, type Outcome } from '../rest/answer.ts'
import type { Exchange } from '../rest/exchange.ts'
import type { World } from '../world/world.ts'
import type { OutgoingFrame } from '../web-messaging/frames.ts'
import type { FaultEffect, FrameLine, HandshakeOutcome, PreparedFault, PushEntity } from './fault.ts'

/** Which exchanges a fault strikes; what is not said matches all. `status` is that of the answer it would spoil. */
export interface FaultMatch {
  readonly operation?: readonly string[] | undefined
  readonly conversationId?: string | undefined
  readonly clientId?: string | undefined
  readonly guestId?: string | undefined
  readonly status?: number | undefined
  /** Of a client's frame, and of a frame of ours. */
  readonly action?: readonly string[] | undefined
  readonly class?: readonly string[] | undefined
}

/** A socket's upgrade, or a frame on it. */
export interface FrameContext {
  readonly clientId: string
  readonly guestId?: string | undefined
  readonly conversationId?: string | undefined
  readonly action?: string
  readonly class?: string
}

export interface ActiveFault extends PreparedFault {
  readonly id: string
  readonly name: string
  readonly match: FaultMatch
  /** How often it strikes before it is gone; null: until it is removed. */
  timesLeft: number | null
  timesApplied: number
}

type Stage = FaultEffect['stage']
type Staged<S extends Stage> = ActiveFault & { effect: Extract<FaultEffect, { stage: S }> }

/** The faults in force, in the order they were ordered. */
export class ActiveFaults {
  readonly #faults = new Map<string, ActiveFault>()
  #count = 0

  add(name: string, prepared: PreparedFault, match: FaultMatch, times: number | null): ActiveFault {
    this.#count += 1
    const fault = { ...prepared, id: `fault-${this.#count}`, name, match, timesLeft: times, timesApplied: 0 }
    this.#faults.set(fault.id, fault)
    return fault
  }

  list(): ActiveFault[] {
    return [...this.#faults.values()]
  }

  remove(id: string): boolean {
    return this.#faults.delete(id)
  }

  clear(): void {
    this.#faults.clear()
  }

  /** Undefined when the operation may go on. */
  async before(exchange: Exchange, world: World): Promise<Outcome | undefined> {
    if (this.#faults.size === 0) return undefined
    for (const fault of this.#striking('before', exchange)) {
      this.#spend(fault)
      exchange.faults.push(fault.name)
      const outcome = await fault.effect.apply(exchange, world)
      if (outcome !== undefined) return outcome
    }
    return undefined
  }

  after(exchange: Exchange, outcome: Outcome): Outcome {
    if (this.#faults.size === 0) return outcome
    let spoilt = outcome
    for (const fault of this.#striking('after', exchange)) {
      if (spoilt === ABANDONED) return spoilt
      if (fault.match.status !== undefined && fault.match.status !== spoilt.status) continue
      this.#spend(fault)
      exchange.faults.push(fault.name)
      spoilt = fault.effect.apply(exchange, spoilt)
    }
    return spoilt
  }

  arrangePage(exchange: Exchange, entities: readonly string[]): readonly string[] {
    if (this.#faults.size === 0 || entities.length === 0) return entities
    let arranged = entities
    for (const fault of this.#striking('entities', exchange)) {
      this.#spend(fault)
      exchange.faults.push(fault.name)
      arranged = fault.effect.arrangePage(arranged)
    }
    return arranged
  }

  /** Stands between a stream and its entities for as long as it is open; faults ordered later strike it too. */
  openStream(exchange: Exchange, push: PushEntity, clock: Clock): PushEntity {
    const opened = new Map<string, PushEntity>()
    return (json) => {
      if (this.#faults.size === 0 && opened.size === 0) return push(json)
      for (const fault of this.#striking('entities', exchange)) {
        if (opened.has(fault.id)) continue
        opened.set(
          fault.id,
          fault.effect.openStream(push, () => this.#spend(fault), clock),
        )
      }
      // One at a time is enough to try a client; the last ordered wins.
      const last = [...opened.values()].at(-1) ?? push
      last(json)
    }
  }

  /** Undefined when the socket may be opened. */
  handshake(context: FrameContext): HandshakeOutcome | undefined {
    return this.#takeFirst('handshake', context)?.effect.apply()
  }

  /** Undefined when a client's frame may be served. */
  request(context: FrameContext, tracingId: string | undefined): OutgoingFrame | 'expire' | undefined {
    return this.#takeFirst('request', context)?.effect.apply(tracingId)
  }

  /** Puts a frame on its line, spoilt or not. */
  deliver(context: FrameContext, frame: OutgoingFrame, line: FrameLine): void {
    const fault = this.#takeFirst('frame', context)
    if (fault) fault.effect.deliver(frame, line)
    else line.push(frame)
  }

  #takeFirst<S extends Stage>(stage: S, context: FrameContext): Staged<S> | undefined {
    if (this.#faults.size === 0) return undefined
    const fault = this.list().find(
      (one): one is Staged<S> => one.effect.stage === stage && doesMatchFrame(one.match, context),
    )
    return fault && this.#spend(fault) ? fault : undefined
  }

  #striking<S extends Stage>(stage: S, exchange: Exchange): Staged<S>[] {
    return this.list().filter(
      (fault): fault is Staged<S> => fault.effect.stage === stage && doesMatch(fault.match, exchange),
    )
  }

  /** Whether there was a time left; the last one takes the fault away. */
  #spend(fault: ActiveFault): boolean {
    if (!this.#faults.has(fault.id)) return false
    fault.timesApplied += 1
    if (fault.timesLeft === null) return true
    fault.timesLeft -= 1
    if (fault.timesLeft === 0) this.#faults.delete(fault.id)
    return true
  }
}

function doesMatch({ operation, conversationId, clientId, guestId }: FaultMatch, exchange: Exchange): boolean {
  return (
    (operation === undefined || operation.includes(exchange.operation)) &&
    (conversationId === undefined || conversationId === exchange.conversationId) &&
    (clientId === undefined || clientId === exchange.clientId) &&
    (guestId === undefined || guestId === exchange.grant?.family.guestId)
  )
}

function doesMatchFrame(match: FaultMatch, context: FrameContext): boolean {
  return (
    (match.action === undefined || match.action.includes(context.action ?? '')) &&
    (match.class === undefined || match.class.includes(context.class ?? '')) &&
    (match.conversationId === undefined || match.conversationId === context.conversationId) &&
    (match.clientId === undefined || match.clientId === context.clientId) &&
    (match.guestId === undefined || match.guestId === context.guestId)
  )
}
