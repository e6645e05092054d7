import type { LeadOptions, Tabs } from './tabs.ts'

/** A browser for tests: each `open` is a tab, which can freeze or close as browsers' tabs do. */
export class FakeBrowser {
  readonly #queue: { start(): void }[] = []
  #leader: AbortController | undefined
  readonly #claims = new Set<string>()
  readonly #flags: string[] = []
  readonly #ears = new Map<object, (message: unknown) => void>()

  open(): Tabs & { freeze(): void } {
    let isFrozen = false
    return {
      freeze: () => void (isFrozen = true),
      lead: (_, work, options) => this.#lead(work, options),
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

  async #lead(work: (signal: AbortSignal) => Promise<void>, { signal, force }: LeadOptions): Promise<void> {
    if (force) this.#leader?.abort()
    else if (this.#leader) {
      await new Promise<void>((resolve) => {
        this.#queue.push({ start: resolve })
        signal.addEventListener('abort', () => resolve())
      })
    }
    if (signal.aborted) return
    const mine = new AbortController()
    this.#leader = mine
    await work(AbortSignal.any([signal, mine.signal]))
    if (this.#leader !== mine) return
    this.#leader = undefined
    this.#queue.shift()?.start()
  }
}
