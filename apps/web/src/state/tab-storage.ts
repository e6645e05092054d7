import * as v from 'valibot'

/** What must survive a reload of this tab. Works, without that promise, where the browser gives no storage. */
export interface TabStorage {
  read<S extends v.GenericSchema>(name: string, schema: S): v.InferOutput<S> | undefined
  /** `undefined` removes it. */
  write(name: string, value: unknown): void
  /** Whether the browser gives storage at all. */
  readonly isKept: boolean
}

const PREFIX = 'foyer.'

/** `open` is a function because the mere mention of storage throws where it is blocked. */
export function createTabStorage(open: () => Storage): TabStorage {
  return {
    get isKept() {
      try {
        open().setItem(`${PREFIX}probe`, '')
        open().removeItem(`${PREFIX}probe`)
        return true
      } catch {
        return false
      }
    },
    read(name, schema) {
      try {
        const stored = v.safeParse(schema, JSON.parse(open().getItem(PREFIX + name) ?? 'null'))
        return stored.success ? stored.output : undefined
      } catch {
        return undefined // Blocked or spoilt: as if nothing were stored.
      }
    },
    write(name, value) {
      try {
        if (value === undefined) open().removeItem(PREFIX + name)
        else open().setItem(PREFIX + name, JSON.stringify(value))
      } catch {
        // Blocked or full: the page still has it in memory.
      }
    },
  }
}
