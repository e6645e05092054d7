import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { eventually } from './eventually.ts'
import { CLIENT_ID, CLIENT_SECRET } from './start-foyer.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface FoyerProcess {
  readonly url: string
  readonly child: ChildProcess
  /** All it wrote. */
  output(): string
  /** Resolves to its exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>
}

/** The real BFF in a process of its own, ready to answer; gone when the test is over. `nodeOptions` go before its file. */
export async function spawnFoyer(
  platformUrl: string,
  environment: Record<string, string> = {},
  nodeOptions: readonly string[] = [],
): Promise<FoyerProcess> {
  const port = await findFreePort()
  const url = `http://localhost:${port}`
  const child = spawn(process.execPath, [...nodeOptions, MAIN], {
    env: {
      ...{ PATH: process.env['PATH'], NODE_ENV: 'production', PORT: String(port), FOYER_PLATFORM_URL: platformUrl },
      ...{ FOYER_CLIENT_ID: CLIENT_ID, FOYER_CLIENT_SECRET: CLIENT_SECRET, FOYER_STORE: 'memory:' },
      ...environment,
    },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  await eventually(
    'the process is ready',
    async () => (await fetch(`${url}/health/ready`).catch(() => undefined))?.status === 200,
    20_000,
  )
  return { url, child, output: () => output, exited }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
