/** A guest's request is answered by then, one way or the other (R7): whatever it has to wait for has so long together. */
export const WHOLE_MS = 15_000

/** The time for something is over. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
  constructor(ms: number) {
    super(`not done within ${ms} ms`)
  }
}

/**
 * Work that ends, at the latest, after `ms` or with `outer`: all it does is handed the one signal that says so, whose reason
 * is a DeadlineError or that of `outer`. Nothing stays behind, neither timer nor listener.
 */
export async function within<Result>(
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  outer?.throwIfAborted()
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(new DeadlineError(ms)), ms)
  const forward = () => stop.abort(outer?.reason)
  outer?.addEventListener('abort', forward, { once: true })
  try {
    return await work(stop.signal)
  } finally {
    clearTimeout(timer)
    outer?.removeEventListener('abort', forward)
  }
}

/** Waits for what others wait for too, and so cannot be aborted: only the waiting ends with the signal. */
export async function unlessAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (!signal) return promise
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
