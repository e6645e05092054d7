import { spawn } from 'node:child_process'
import { projectEnv, root } from './set-up.mjs'

const STOP_MS = 10_000
/** Signals so close to each other are one: a terminal tells everybody in front, and a package manager passes it on too. */
const SAME_SIGNAL_MS = 1_000
const PARENT_CHECK_MS = 250

/**
 * Runs programs side by side until one of them ends or the person stops them (Ctrl-C): then all of them end in good order,
 * and this process with the first one's code; a second Ctrl-C ends them at once. `programs`: name, command, arguments, and
 * what its environment has in addition.
 */
export function runTogether(programs) {
  const running = new Map()
  let stopping = false

  for (const { name, command, args, env = {}, cwd = root } of programs) {
    const child = spawn(command, args, {
      ...{ cwd, env: { ...projectEnv, ...env }, stdio: ['ignore', 'inherit', 'inherit'] },
      // A group of its own: what a terminal sends to ours is passed on, once. For a second signal means: at once.
      detached: process.platform !== 'win32',
    })
    running.set(name, child)
    child.once('error', (error) => console.error(`${name}: ${error.message}`))
    child.once('exit', (code, signal) => {
      running.delete(name)
      if (!stopping) console.error(`${name} ended (${signal ?? code})`)
      stop(stopping ? 0 : (code ?? 1))
      if (running.size === 0) process.exit(process.exitCode)
    })
  }

  function tell(signal) {
    for (const child of running.values()) child.kill(signal)
  }

  function stop(code) {
    process.exitCode ??= code
    if (stopping) return
    stopping = true
    tell('SIGTERM')
    setTimeout(() => tell('SIGKILL'), STOP_MS).unref()
  }

  let toldAtMs
  function signalled() {
    if (toldAtMs !== undefined && performance.now() - toldAtMs < SAME_SIGNAL_MS) return
    toldAtMs = performance.now()
    if (stopping) tell('SIGTERM')
    else stop(0)
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, signalled)
  if (process.env.npm_lifecycle_event) whenOrphaned(signalled)
  return { isStopping: () => stopping }
}

/** npm tells a signal to the shell it runs us in, and the shell goes without a word: that it has gone is all there is to see. */
function whenOrphaned(gone) {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    gone()
  }, PARENT_CHECK_MS).unref()
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
