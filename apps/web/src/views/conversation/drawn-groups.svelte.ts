import { groupEntries, type Grouping } from '../../timeline/group-messages.ts'
import type { Entry } from '../../timeline/timeline.ts'

/** So many groups are drawn at the end of a long conversation, and so many more each time scrolling up asks for them. */
const STEP = 120

interface Source {
  readonly entries: readonly Entry[]
  readonly pinned: boolean
}

/** The groups that are drawn: a long conversation costs what is looked at. */
export class DrawnGroups {
  readonly #source: Source
  #grouping: Grouping = { entries: [], groups: [] }
  /** How many are left out; stands still while the guest reads, so that nothing above them goes away. */
  #hidden = 0
  #revealed = $state(0)

  readonly #all = $derived.by(() => {
    this.#grouping = groupEntries(this.#source.entries, this.#grouping)
    return this.#grouping.groups
  })
  readonly now = $derived.by(() => {
    if (this.#source.pinned) this.#hidden = Math.max(0, this.#all.length - STEP)
    return this.#all.slice(this.#source.pinned ? this.#hidden : Math.max(0, this.#hidden - this.#revealed))
  })

  constructor(source: Source) {
    this.#source = source
  }

  /** Draws earlier groups. Returns whether there were any. */
  reveal(): boolean {
    if (this.#source.pinned || this.#hidden <= this.#revealed) return false
    this.#revealed += STEP
    return true
  }

  /** Back at the end: what was revealed goes again. */
  conceal(): void {
    this.#revealed = 0
  }
}
