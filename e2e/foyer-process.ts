import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

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
      FOYER_LOG_LEVEL: 'debug',
      FOYER_STORE: 'memory:',
      FOYER_ADMIN_PORT: 'off',
      ...env,
    }
  }

  /** On a free port, ready to answer. `more`: for this start alone. */
  static async start(env: Record<string, string>, more: Record<string, string> = {}): Promise<FoyerProcess> {
    const foyer = new FoyerProcess(await freePort(), env)
    await foyer.start(more)
    return foyer
  }

  async start(more: Record<string, string> = {}): Promise<void> {
    const child = spawn('node', ['apps/bff/src/main.ts'], {
      cwd: root,
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...this.#env, ...more },
    })
    this.#child = child
    child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    await this.#ready(child)
  }

  /** SIGKILL: nothing is tidied up. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** Resolves once it has ended, by whatever. */
  async ended(): Promise<void> {
    const child = this.#child
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await this.ended()
  }

  async #ready(child: ChildProcess): Promise<void> {
    for (let attempt = 0; attempt < 400; attempt++) {
      if (child.exitCode !== null) break
      const response = await fetch(`${this.url}/health/ready`).catch(() => undefined)
      if (response?.ok) return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error(`the BFF did not start:\n${this.output}`)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
