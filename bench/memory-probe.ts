import { join } from 'node:path'
import { writeHeapSnapshot } from 'node:v8'

/*
 * Loaded before a program that is measured (`--import`, with `--expose-gc`): tells the process that started it, when asked,
 * what memory is in use after a full collection, or writes a snapshot of the heap.
 */

process.on('message', (order: 'memory' | { snapshotFolder: string }) => {
  void globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  if (order !== 'memory') writeHeapSnapshot(join(order.snapshotFolder, 'foyer.heapsnapshot'))
  const { heapUsed, external, rss } = process.memoryUsage()
  process.send?.({ heapUsed, external, rss })
})
// To be asked is no reason to stay.
process.channel?.unref()
