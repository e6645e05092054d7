import { setTimeout as delay } from 'node:timers/promises'

/** Resolves with what `look` gives once it is neither undefined nor false; fails with `what` after `timeoutMs`. */
export async function eventually<Value>(
  what: string,
  look: () => Value | Promise<Value>,
  timeoutMs = 10_000,
): Promise<Exclude<Value, undefined | false>> {
  const until = performance.now() + timeoutMs
  for (;;) {
    const value = await look()
    if (value !== undefined && value !== false) return value as Exclude<Value, undefined | false>
    if (performance.now() > until) throw new Error(`never came true: ${what}`)
    await delay(15)
  }
}
