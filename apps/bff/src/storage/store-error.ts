/**
 * The store cannot do what was asked: `full` disk, `locked` by another process, `corrupt` file, `io` of the disk, or
 * `closed` with this process. Nothing of what was asked has been kept; all but `corrupt` may pass.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode
  constructor(code: StoreErrorCode, options?: ErrorOptions) {
    super(sentences[code], options)
    this.code = code
  }
}

export type StoreErrorCode = keyof typeof sentences

const sentences = {
  full: 'the disk of the store is full',
  locked: 'the store is locked by another process',
  corrupt: 'the file of the store is damaged',
  io: 'the disk of the store cannot be read or written',
  closed: 'the store is closed',
}

/** Primary result codes of SQLite (https://sqlite.org/rescode.html): the low byte of an extended one. */
const CODES: Readonly<Record<number, StoreErrorCode>> = {
  5: 'locked',
  6: 'locked',
  8: 'io',
  10: 'io',
  11: 'corrupt',
  13: 'full',
  14: 'io',
  26: 'corrupt',
}

/** A failure of the store as one; undefined for what is not one: a constraint, a bug. */
export function toStoreError(error: unknown): StoreError | undefined {
  if (error instanceof StoreError) return error
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  const code = CODES[error.errcode & 0xff]
  return code && new StoreError(code, { cause: error })
}
