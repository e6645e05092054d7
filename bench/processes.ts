import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Clock ticks of /proc are hundredths of a second on Linux. */
const TICK_MS = 10
const READY_MS = 60_000
const STOP_MS = 3_000

/** What a process holds after a full collection, in bytes. */
export interface Memory {
  /** Objects of the script's heap that are in use. */
  readonly heapUsed: number
  /** Buffers and what else objects hold outside of the heap. */
  readonly external: number
  /** Pages of the process in memory: all of it, sockets and the store's cache included, but not the kernel's buffers. */
  readonly rss: number
}

export interface Running {
  readonly url: string
  /** CPU time it has used so far, in milliseconds. */
  cpuMs(): number
  /** Memory it holds, in MB. */
  memoryMb(): number
  /** Only of a process started with `probe`: what it holds after a full collection. */
  probeMemory(): Promise<Memory>
  /** Only of a process started with `probe`. */
  writeHeapSnapshot(folder: string): Promise<void>
  stop(): Promise<void>
}

const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

export interface StartOptions {
  /** Loads memory-probe.ts into it. */
  readonly probe?: boolean
  /** Further flags of Node. */
  readonly flags?: readonly string[]
}

const PROBE = ['--expose-gc', '--import', './bench/memory-probe.ts']

/** Starts a program of this repository in a process of its own, on a free port, and waits until it is ready. */
export async function startProcess(
  file: string,
  environment: (port: number) => Record<string, string>,
  readyPath: string,
  { probe = false, flags = [] }: StartOptions = {},
): Promise<Running> {
  const port = await freePort()
  const child = spawn(process.execPath, [...flags, ...(probe ? PROBE : []), file], {
    cwd: root,
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...environment(port) },
    stdio: ['ignore', 'inherit', 'inherit', ...(probe ? ['ipc' as const] : [])],
  })
  return follow(child, `http://localhost:${port}`, readyPath)
}

/** Starts another program on a free port, and waits until it is ready. Throws when it is not there. */
export async function startCommand(
  command: (port: number) => readonly [string, ...string[]],
  readyPath: string,
): Promise<Running> {
  const port = await freePort()
  const [program, ...parameters] = command(port)
  const child = spawn(program, parameters, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  await once(child, 'spawn')
  return follow(child, `http://localhost:${port}`, readyPath)
}

async function follow(child: ChildProcess, url: string, readyPath: string): Promise<Running> {
  running.add(child)
  await untilReady(child, `${url}${readyPath}`)
  return {
    url,
    cpuMs: () => cpuOf(child.pid ?? 0),
    memoryMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    probeMemory: () => ask(child, 'memory'),
    writeHeapSnapshot: async (snapshotFolder) => void (await ask(child, { snapshotFolder })),
    async stop() {
      running.delete(child)
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await Promise.race([once(child, 'exit'), delay(STOP_MS)])
      child.kill('SIGKILL')
    },
  }
}

async function ask(child: ChildProcess, order: 'memory' | { snapshotFolder: string }): Promise<Memory> {
  const answer = once(child, 'message') as Promise<[Memory]>
  child.send(order)
  return (await answer)[0]
}

/** CPU time of this process, in milliseconds. */
export const ownCpuMs = (): number => cpuOf(process.pid)

/** CPU time of everything on this machine that is neither this process nor one it started, in milliseconds. */
export function othersCpuMs(): number {
  const [, user, nice, system, , , interrupts, soft, steal] = readFileSync('/proc/stat', 'utf8')
    .split(/\s+/)
    .map(Number)
  const busy = [user, nice, system, interrupts, soft, steal].reduce<number>((sum, ticks) => sum + (ticks ?? 0), 0)
  const ours = [process.pid, ...[...running].flatMap(({ pid }) => pid ?? [])].map(cpuOf)
  return busy * TICK_MS - ours.reduce((sum, ms) => sum + ms, 0)
}

function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const giveUpAtMs = performance.now() + READY_MS
  while (child.exitCode === null && performance.now() < giveUpAtMs) {
    const response = await fetch(url).catch(() => undefined)
    await response?.arrayBuffer()
    if (response?.ok) return
    await delay(25)
  }
  throw new Error(`${url} does not answer`)
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
