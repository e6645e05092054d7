import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Clock ticks of /proc are hundredths of a second on Linux. */
const TICK_MS = 10

export interface Running {
  readonly url: string
  /** CPU time it has used so far, in milliseconds. */
  cpuMs(): number
  /** Memory it holds, in MB. */
  memoryMb(): number
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')))

/** Starts a program of this repository in a process of its own, on a free port, and waits until `readyPath` answers. */
export async function startProcess(
  file: string,
  environment: (port: number) => Record<string, string>,
  readyPath: string,
): Promise<Running> {
  const port = await freePort()
  const child = spawn(process.execPath, [file], {
    cwd: root,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...environment(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  running.add(child)
  const url = `http://localhost:${port}`
  await untilReady(`${url}${readyPath}`)
  return {
    url,
    cpuMs: () => cpuOf(child.pid ?? 0),
    memoryMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    async stop() {
      running.delete(child)
      if (child.exitCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

async function untilReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const response = await fetch(url).catch(() => undefined)
    await response?.arrayBuffer()
    if (response?.ok) return
    await delay(25)
  }
  throw new Error(`${url} does not answer`)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
