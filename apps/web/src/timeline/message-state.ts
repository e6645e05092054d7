import type { Receipt } from './timeline.ts'

const PROGRESS = { pending: 0, sent: 1, delivered: 2, read: 3 }

/**
 * The receipt that counts, of those in order of seq. A message only moves forward, with two exceptions: what failed may
 * be tried again, and what has not reached anyone may still fail.
 */
export function latestReceipt(told: readonly Receipt[]): Receipt | undefined {
  return told.reduce<Receipt | undefined>(
    (current, next) => (current && !follows(next, current) ? current : next),
    undefined,
  )
}

function follows(next: Receipt, current: Receipt): boolean {
  if (current.state === 'failed') return true
  if (next.state === 'failed') return PROGRESS[current.state] < PROGRESS.delivered
  return PROGRESS[next.state] > PROGRESS[current.state]
}

/** `told` with `receipt` at its place; unchanged when it is there already. */
export function withReceipt(told: readonly Receipt[], receipt: Receipt): readonly Receipt[] {
  const after = told.findLastIndex((one) => one.seq <= receipt.seq)
  return told[after]?.seq === receipt.seq ? told : told.toSpliced(after + 1, 0, receipt)
}
