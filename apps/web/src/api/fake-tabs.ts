import type { LeadOptions, Tabs } from './tabs.ts'

/** A browser for tests: each `open` is a tab, which can freeze or close as browsers' tabs do. */
export class FakeBrowser {
  readonly #queues = new Map<string, (() => void)[]>()
  readonly #leaders = new Map<string, AbortController>()
  readonly #claims = new Set<string>()
  readonly #flags: string[] = []
  readonly #ears = new Map<object, (message: unknown) => void>()

  open(): Tabs & { freeze(): void } {
    let isFrozen = false
    return {
      freeze: () => void (isFrozen = true),
      lead: (name, work, options) => this.#lead(name, work, options),
      join: (_, hear) => {
        const ear = {}
        this.#ears.set(ear, (message) => !isFrozen && hear(message))
        const say = (message: unknown) => {
          if (isFrozen) return
          for (const [other, listen] of this.#ears) if (other !== ear) listen(structuredClone(message))
        }
        return { say, leave: () => void this.#ears.delete(ear) }
      },
      claim: (name) => {
        const isFirst = !this.#claims.has(name)
        this.#claims.add(name)
        return Promise.resolve(isFirst)
      },
      raise: (name) => {
        this.#flags.push(name)
        return () => void this.#flags.splice(this.#flags.indexOf(name), 1)
      },
      isRaised: (name) => Promise.resolve(this.#flags.includes(name)),
    }
  }

  async #lead(
    name: string,
    work: (signal: AbortSignal) => Promise<unknown>,
    { signal, force }: LeadOptions,
  ): Promise<void> {
    if (force) this.#leaders.get(name)?.abort()
    else if (this.#leaders.has(name)) {
      await new Promise<void>((resolve) => {
        this.#queues.set(name, [...(this.#queues.get(name) ?? []), resolve])
        signal.addEventListener('abort', () => resolve())
      })
    }
    if (signal.aborted) return
    const mine = new AbortController()
    this.#leaders.set(name, mine)
    await work(AbortSignal.any([signal, mine.signal])).catch(() => undefined)
    if (this.#leaders.get(name) !== mine) return
    this.#leaders.delete(name)
    this.#queues.get(name)?.shift()?.()
  }
}
