import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'

/* How `npm start` ends what it runs: scripts/processes.mjs with the real BFF. */

const processes = new URL('../../../scripts/processes.mjs', import.meta.url).href
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const foyer = { name: 'Foyer', command: process.execPath, args: [main] }
const script = `import { runTogether } from '${processes}'; runTogether([${JSON.stringify(foyer)}])`
const environment = {
  ...{ PATH: process.env['PATH'], NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', FOYER_ADMIN_PORT: 'off' },
  ...{ FOYER_PUBLIC_URL: 'http://localhost:4400', FOYER_PLATFORM_URL: 'http://127.0.0.1:1', FOYER_STORE: 'memory:' },
  ...{ FOYER_CLIENT_ID: 'web-guests', FOYER_CLIENT_SECRET: 'a-secret-of-the-client', FOYER_STOP_NOTICE_SECONDS: '1' },
}

/** In a group of its own, as a terminal makes one for what runs in front. */
async function start(command: string, args: readonly string[], more: Record<string, string> = {}) {
  const child = spawn(command, args, { detached: true, env: { ...environment, ...more } })
  const pid = child.pid ?? 0
  const seen = { output: '' }
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (seen.output += chunk.toString()))
  const ended = once(child, 'exit')
  const output = once(child, 'close')
  await eventually('it listens', () => seen.output.includes('"listening"'), 30_000)
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  })
  return { child, pid, seen, ended, output }
}

const count = (text: string, word: string) => text.split(word).length - 1

describe('stopping what runs together', () => {
  test('Ctrl-C, which a terminal tells to all in front: drains, and is told to each once', async () => {
    const { pid, seen, ended } = await start(process.execPath, ['--input-type=module', '-e', script])
    process.kill(-pid, 'SIGINT')
    process.kill(pid, 'SIGINT') // as a package manager does, which was told too
    expect(await ended).toEqual([0, null])
    expect([count(seen.output, '"stopping"'), count(seen.output, '"stopped"')]).toEqual([1, 1])
  })

  test('SIGTERM to npm, of which only the shell in between hears: what it ran ends too', async () => {
    const shell = `'${process.execPath}' --input-type=module -e "$SCRIPT"; exit $?`
    const { child, seen, output } = await start('sh', ['-c', shell], { npm_lifecycle_event: 'start', SCRIPT: script })
    child.kill('SIGTERM')
    await output
    expect([count(seen.output, '"stopping"'), count(seen.output, '"stopped"')]).toEqual([1, 1])
  })
})
