import { openSqliteStores } from './sqlite-stores.ts'
import { openStoresOnThread } from './stores-on-thread.ts'
import type { Stores, StoresOptions } from './stores.ts'

/**
 * A file is kept on a thread of its own: the event loop waits neither for the disk nor for a lock, and does not seal.
 * Throws StoreError, or an Error when the file is not ours.
 */
export async function openStores(options: StoresOptions): Promise<Stores> {
  return options.file === ':memory:' ? openSqliteStores(options) : openStoresOnThread(options)
}
