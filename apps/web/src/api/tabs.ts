/** The tabs of one browser that show the same page: who leads, and what they tell each other. */
export interface Tabs {
  /**
   * Waits until no other tab leads under this name, then does `work` until its signal aborts: with `signal`, or when another
   * tab took the lead by force. `force` takes it at once, from whoever has it. Resolves when it is over; never rejects.
   */
  lead(name: string, work: (signal: AbortSignal) => Promise<unknown>, options: LeadOptions): Promise<void>
  /** What one tab says, all others under this name hear. */
  join(name: string, hear: (message: unknown) => void): TabChannel
  /** True for the first tab that asks, for as long as the others take to ask, too. */
  claim(name: string): Promise<boolean>
  /** Raises a flag that all tabs can see, until the returned function is called or the tab is gone. */
  raise(name: string): () => void
  isRaised(name: string): Promise<boolean>
}

export interface LeadOptions {
  readonly signal: AbortSignal
  readonly force?: boolean
}

export interface TabChannel {
  say(message: unknown): void
  leave(): void
}

/** Undefined where the browser lacks Web Locks (they need a secure context) or BroadcastChannel. */
export function browserTabs(): Tabs | undefined {
  if (!('locks' in navigator && 'BroadcastChannel' in globalThis)) return undefined
  return { lead, join, claim, raise, isRaised }
}

async function lead(name: string, work: (signal: AbortSignal) => Promise<unknown>, { signal, force }: LeadOptions) {
  const lost = new AbortController()
  const options: LockOptions = force ? { steal: true } : { signal }
  let isGranted = false
  const led = () => {
    isGranted = true
    return work(AbortSignal.any([signal, lost.signal]))
  }
  try {
    await navigator.locks.request(name, options, led)
  } catch {
    // Granted: taken by another tab. Else no longer wanted; or there are no locks here, as where the frame of another site
    // may store nothing: then nobody shares with this tab, and it leads for itself.
    if (!isGranted && !signal.aborted) await led().catch(() => undefined)
  }
  lost.abort()
}

function join(name: string, hear: (message: unknown) => void): TabChannel {
  const channel = new BroadcastChannel(name)
  channel.onmessage = ({ data }: MessageEvent<unknown>) => hear(data)
  return { say: (message) => channel.postMessage(message), leave: () => channel.close() }
}

/** Tabs hear of the same thing within moments of each other; a hidden one may be slow. */
const CLAIM_MS = 10_000

function claim(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const hold = (lock: Lock | null) => {
      resolve(lock !== null)
      return lock && new Promise((release) => setTimeout(release, CLAIM_MS))
    }
    navigator.locks.request(name, { ifAvailable: true }, hold).catch(() => resolve(true))
  })
}

function raise(name: string): () => void {
  const lowered = new AbortController()
  const { signal } = lowered
  const held = () => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  // Lowered before it was up: there is nothing to hold.
  navigator.locks.request(name, { mode: 'shared', signal }, held).catch(() => undefined)
  return () => lowered.abort()
}

async function isRaised(name: string): Promise<boolean> {
  const { held = [] } = await navigator.locks.query().catch((): LockManagerSnapshot => ({}))
  return held.some((lock) => lock.name === name)
}
