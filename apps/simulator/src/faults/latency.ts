import * as v from 'valibot'
import { defineFault, Milliseconds } from './fault.ts'

export const latency = defineFault({
  name: 'latency',
  summary: 'The operation begins latencyMs late, and up to jitterMs more.',
  stage: 'before',
  parameters: v.strictObject({ latencyMs: Milliseconds, jitterMs: v.optional(Milliseconds, 0) }),
  effect: ({ latencyMs, jitterMs }) => ({
    apply(_exchange, { clock }) {
      const { promise, resolve } = Promise.withResolvers<undefined>()
      clock.after(latencyMs + Math.random() * jitterMs, () => resolve(undefined))
      return promise
    },
  }),
})
