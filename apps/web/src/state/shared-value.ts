import * as v from 'valibot'

/** One value that all tabs of the browser share and a reload keeps. Within this tab alone where storage is blocked. */
export interface SharedValue<T> {
  read(): T | undefined
  write(value: T): void
  /** Called when another tab wrote. Returns what stops it. */
  subscribe(listener: () => void): () => void
}

/** `open` is a function because the mere mention of storage throws where it is blocked. */
export function createSharedValue<S extends v.GenericSchema>(
  name: string,
  schema: S,
  open: () => Storage = () => localStorage,
): SharedValue<v.InferOutput<S>> {
  const key = `foyer.${name}`
  return {
    read() {
      try {
        const stored = v.safeParse(schema, JSON.parse(open().getItem(key) ?? 'null'))
        return stored.success ? stored.output : undefined
      } catch {
        return undefined // Blocked or spoilt: as if nothing were stored.
      }
    },
    write(value) {
      try {
        open().setItem(key, JSON.stringify(value))
      } catch {
        // Blocked or full: this tab still has it in memory.
      }
    },
    subscribe(listener) {
      const hear = (event: StorageEvent) => event.key === key && listener()
      addEventListener('storage', hear)
      return () => removeEventListener('storage', hear)
    },
  }
}
