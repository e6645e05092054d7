import { memoryHeld } from './memory.ts'

/** Loaded before the BFF, for a test of what it costs: collects what can go, and says what is resident. */
process.on('SIGUSR2', () => {
  memoryHeld()
  process.stdout.write(`resident ${process.memoryUsage.rss()}\n`)
})
