import * as v from 'valibot'
import { SealingError, type Sealer } from './sealing.ts'
import type { Sqlite } from './sqlite.ts'

/** Rows of one transaction: while they are sealed nothing else happens. */
const SLICE = 50

/** A column of sealed values. */
export interface SealedColumn {
  readonly table: string
  readonly column: string
  /** The columns of the primary key, in its order. */
  readonly key: readonly string[]
  /** What the value of the row of this key is authenticated with. */
  contextOf(...key: readonly (string | number)[]): string
}

const Key = v.array(v.union([v.string(), v.number()]))

/**
 * Seals anew, under the newest key, what is sealed under an older one, a slice at a time (S8). Resolves to how many values
 * that were. What cannot be opened stays as it is. Throws StoreError, or the signal's reason.
 */
export async function reseal(
  { database, write }: Pick<Sqlite, 'database' | 'write'>,
  sealer: Sealer,
  { table, column, key, contextOf }: SealedColumn,
  signal: AbortSignal,
): Promise<number> {
  const [keys, marks] = [key.join(', '), key.map(() => '?').join(', ')]
  const select = database.prepare(`SELECT ${keys}, ${column} AS sealed FROM ${table}
    WHERE (${keys}) > (${marks}) ORDER BY ${keys} LIMIT ${SLICE}`)
  const update = database.prepare(`UPDATE ${table} SET ${column} = ? WHERE (${keys}) = (${marks})`)
  let count = 0
  let after = key.map((): string | number => '') // before every text

  function sealSlice(): boolean {
    const rows = select.all(...after)
    for (const { sealed, ...row } of rows) {
      after = v.parse(Key, Object.values(row))
      if (!(sealed instanceof Uint8Array) || sealer.isNewest(sealed)) continue
      const plain = openOrLeave(sealer, sealed, contextOf(...after))
      if (plain === undefined) continue
      update.run(sealer.seal(plain, contextOf(...after)), ...after)
      count++
    }
    return rows.length === SLICE
  }

  do signal.throwIfAborted()
  while (await write(sealSlice))
  return count
}

function openOrLeave(sealer: Sealer, sealed: Uint8Array, context: string): string | undefined {
  try {
    return sealer.open(sealed, context)
  } catch (error) {
    if (error instanceof SealingError) return undefined
    throw error
  }
}
