import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import type { Answer, Outcome } from '../rest/answer.ts'
import type { Exchange } from '../rest/exchange.ts'
import type { OutgoingFrame } from '../web-messaging/frames.ts'
import type { World } from '../world/world.ts'

/** What goes wrong, once its parameters are known: in place of the operation, with its answer, or with its entities. */
export type FaultEffect =
  | {
      readonly stage: 'before'
      /** Undefined lets the operation go on. */
      readonly apply: (exchange: Exchange, world: World) => Outcome | undefined | Promise<undefined>
    }
  | { readonly stage: 'after'; readonly apply: (exchange: Exchange, answer: Answer) => Outcome }
  | {
      readonly stage: 'entities'
      readonly arrangePage: (entities: readonly string[]) => string[]
      /** What stands between a stream and its entities; it asks `spend` before each time it does harm. */
      readonly openStream: (push: PushEntity, spend: () => boolean, clock: Clock) => PushEntity
    }
  | { readonly stage: 'handshake'; readonly apply: () => HandshakeOutcome }
  /** In place of what a client's frame asks for: the frame it is answered with, or undefined when the session is gone. */
  | { readonly stage: 'request'; readonly apply: (tracingId: string | undefined) => OutgoingFrame | 'expire' }
  | { readonly stage: 'frame'; readonly deliver: (frame: OutgoingFrame, line: FrameLine) => void }

/** What a refused or stalled upgrade to a WebSocket gets. */
export type HandshakeOutcome = { readonly status: number } | 'hang'

/** A socket, as far as a fault can spoil it. */
export interface FrameLine {
  push(frame: OutgoingFrame): void
  /** 1006 breaks the line without a word. */
  close(code: number): void
  readonly clock: Clock
}

/** Puts one entity's JSON on a stream. */
export type PushEntity = (json: string) => void

/** A kind of fault: one per file in this folder. */
export interface FaultKind {
  readonly name: string
  readonly summary: string
  readonly stage: FaultEffect['stage']
  /** Checks the parameters and makes the effect. Throws ValiError. */
  readonly prepare: (parameters: unknown) => PreparedFault
}

export interface PreparedFault {
  readonly parameters: Readonly<Record<string, unknown>>
  readonly effect: FaultEffect
}

interface FaultDefinition<Parameters extends v.ObjectEntries, Stage extends FaultEffect['stage']> {
  readonly name: string
  readonly summary: string
  readonly stage: Stage
  readonly parameters: v.StrictObjectSchema<Parameters, undefined>
  readonly effect: (
    parameters: v.InferOutput<v.StrictObjectSchema<Parameters, undefined>>,
  ) => Omit<Extract<FaultEffect, { stage: Stage }>, 'stage'>
}

/** Ties a fault's effect to the schema of its parameters. */
export function defineFault<Parameters extends v.ObjectEntries, Stage extends FaultEffect['stage']>({
  name,
  summary,
  stage,
  parameters: schema,
  effect,
}: FaultDefinition<Parameters, Stage>): FaultKind {
  return {
    name,
    summary,
    stage,
    prepare(input) {
      const parameters = v.parse(schema, input)
      // The stage and the rest come from one member of the union: TypeScript cannot see that through the generic.
      return { parameters, effect: { stage, ...effect(parameters) } as unknown as FaultEffect }
    },
  }
}

export const Milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(600_000))
