import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFreePort } from './free-port.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const READY_WITHIN_MS = 20_000
/** For every process that tests start: what V8 made of the sources is kept between starts, half a second of work each. */
export const KEEP_COMPILED = { NODE_COMPILE_CACHE: join(tmpdir(), 'foyer-compiled') }

/** The real BFF in a process of its own, which can be killed and started again. */
export class FoyerProcess {
  readonly url: string
  readonly #env: Record<string, string>
  #child: ChildProcess | undefined
  /** All it ever wrote. */
  output = ''

  private constructor(port: number, env: Record<string, string>) {
    this.url = `http://localhost:${port}`
    this.#env = {
      PORT: String(port),
      HOST: '127.0.0.1',
      FOYER_STORE: 'memory:',
      FOYER_ADMIN_PORT: 'off',
      ...env,
    }
  }

  /** On a free port, not started yet. */
  static async make(env: Record<string, string>): Promise<FoyerProcess> {
    return new FoyerProcess(await findFreePort(), env)
  }

  /** On a free port, ready to answer. `more`: for this start alone. */
  static async start(env: Record<string, string>, more: Record<string, string> = {}): Promise<FoyerProcess> {
    const foyer = await FoyerProcess.make(env)
    await foyer.start(more)
    return foyer
  }

  async start(more: Record<string, string> = {}): Promise<void> {
    const child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...KEEP_COMPILED, ...this.#env, ...more },
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    await this.#ready(child)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** SIGKILL: nothing is tidied up. */
  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.ended()
  }

  async stop(): Promise<void> {
    this.signal('SIGTERM')
    await this.ended()
  }

  /** Resolves to its exit code, or the signal that ended it. */
  async ended(): Promise<number | string | null> {
    const child = this.#child
    if (!child) return null
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return child.exitCode ?? child.signalCode
  }

  async #ready(child: ChildProcess): Promise<void> {
    const until = performance.now() + READY_WITHIN_MS
    while (child.exitCode === null && performance.now() < until) {
      const response = await fetch(`${this.url}/health/ready`).catch(() => undefined)
      if (response?.ok) return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error(`the BFF did not start:\n${this.output}`)
  }
}
