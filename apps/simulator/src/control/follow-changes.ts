import type { RunningScenarios } from '../scenarios/running-scenarios.ts'
import type { World } from '../world/world.ts'
import { toWorldChange } from './views.ts'

const HEARTBEAT_MS = 15_000
/** A watcher this many changes behind is let go; it comes back and reads the state anew. */
const MAX_BACKLOG = 10_000

/** Every change of the world as server-sent events, from now on. */
export function followChanges(world: World, scenarios: RunningScenarios): Response {
  let stop = () => {}
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const encoder = new TextEncoder()
        const send = (text: string) => {
          if ((controller.desiredSize ?? 0) > -MAX_BACKLOG) return controller.enqueue(encoder.encode(text))
          stop()
          controller.close()
        }
        const stopWatching = world.changes.watch((change) =>
          send(`data: ${JSON.stringify(toWorldChange(change, scenarios))}\n\n`),
        )
        let cancelBeat = () => {}
        const beat = () => {
          send(':\n\n')
          cancelBeat = world.clock.after(HEARTBEAT_MS, beat)
        }
        stop = () => {
          stopWatching()
          cancelBeat()
        }
        beat()
      },
      cancel: () => stop(),
    },
    new CountQueuingStrategy({ highWaterMark: 0 }),
  )
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }
  return new Response(body, { headers })
}
