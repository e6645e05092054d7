import { spawn } from 'node:child_process'
import { projectEnv, root } from './set-up.mjs'

const STOP_MS = 10_000

/**
 * Runs programs side by side until one of them ends or the person stops them (Ctrl-C): then all of them end, and this
 * process with the first one's code. `programs`: name, command, arguments, and what its environment has in addition.
 */
export function runTogether(programs) {
  const running = new Map()
  let stopping = false

  for (const { name, command, args, env = {}, cwd = root } of programs) {
    const child = spawn(command, args, { cwd, env: { ...projectEnv, ...env }, stdio: ['ignore', 'inherit', 'inherit'] })
    running.set(name, child)
    child.once('error', (error) => console.error(`${name}: ${error.message}`))
    child.once('exit', (code, signal) => {
      running.delete(name)
      if (!stopping) console.error(`${name} ended (${signal ?? code})`)
      stop(stopping ? 0 : (code ?? 1))
      if (running.size === 0) process.exit(process.exitCode)
    })
  }

  function stop(code) {
    process.exitCode ??= code
    if (stopping) return
    stopping = true
    for (const child of running.values()) child.kill('SIGTERM')
    setTimeout(() => {
      for (const child of running.values()) child.kill('SIGKILL')
    }, STOP_MS).unref()
  }

  process.on('SIGINT', () => stop(0))
  process.on('SIGTERM', () => stop(0))
  return { isStopping: () => stopping }
}

/** Resolves once the address answers 2xx; rejects after `timeoutMs`. */
export async function answers(url, timeoutMs = 20_000) {
  const until = Date.now() + timeoutMs
  for (;;) {
    try {
      if ((await fetch(url)).ok) return
    } catch {
      // not yet
    }
    if (Date.now() > until) throw new Error(`${url} does not answer`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
