import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What is held once all that can go has gone: on the heap, and in buffers beside it. */
export function memoryHeld(): { heapBytes: number; allBytes: number } {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return { heapBytes: heapUsed, allBytes: heapUsed + external }
}
