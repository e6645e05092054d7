import * as v from 'valibot'
import { defineFault, Milliseconds } from './fault.ts'

export const reorderedEvents = defineFault({
  name: 'reordered-events',
  summary: 'Of two messages or events the later comes first; on a stream the earlier is held at most holdMs.',
  stage: 'entities',
  parameters: v.strictObject({ holdMs: v.optional(Milliseconds, 1000) }),
  effect: ({ holdMs }) => ({
    arrangePage: swapPairs,
    openStream(push, spend, clock) {
      let release: (() => void) | undefined
      return (json) => {
        if (!release && spend()) {
          const cancelTimer = clock.after(holdMs, () => release?.())
          release = () => {
            release = undefined
            cancelTimer()
            push(json)
          }
          return
        }
        push(json)
        release?.()
      }
    },
  }),
})

function swapPairs(entities: readonly string[]): string[] {
  const pairs: string[][] = []
  for (let at = 0; at < entities.length; at += 2) pairs.push(entities.slice(at, at + 2).reverse())
  return pairs.flat()
}
