import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { KEEP_COMPILED } from './support/foyer-process.ts'
import { findFreePort } from './support/free-port.ts'

/* The process as it is run, with its ports. */

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const SECRET = 'CANARY-secret-of-the-client'
const KEY = Buffer.alloc(32, 7).toString('base64url')

function run(environment: Record<string, string>, output: 'pipe' | number = 'pipe') {
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', output, 'pipe'],
    env: {
      ...{ PATH: process.env['PATH'], NODE_ENV: 'production', PORT: '0', FOYER_STORE: 'memory:', ...KEEP_COMPILED },
      ...{ FOYER_PUBLIC_URL: 'http://localhost:4400', FOYER_PLATFORM_URL: 'http://127.0.0.1:1' },
      ...{ FOYER_CLIENT_ID: 'web-guests', FOYER_CLIENT_SECRET: SECRET, FOYER_SECRETS: KEY, ...environment },
    },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const seen = { output: '' }
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (seen.output += String(chunk)))
  const lines = () =>
    seen.output
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []))
  const ended = once(child, 'close').then(([code]) => code as number)
  const listening = () => eventually('it listens', () => lines().find(({ event }) => event === 'listening'), 30_000)
  return { child, seen, lines, ended, listening }
}

async function takePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test('serves metrics and health on the admin port, says so, and ends when told to', async () => {
  const { child, ended, listening } = run({ FOYER_ADMIN_PORT: '0' })
  const { admin } = await listening()
  expect(admin).toMatch(/^127\.0\.0\.1:[1-9]\d+$/)
  const metrics = await fetch(`http://${String(admin)}/metrics`)
  expect(metrics.headers.get('Content-Type')).toMatch(/^text\/plain; version=/)
  expect(await metrics.text()).toContain('process_resident_memory_bytes')
  expect(await (await fetch(`http://${String(admin)}/health/ready`)).text()).toBe('ready')
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})

test('opens no admin port where it is off', async () => {
  const { listening } = run({ FOYER_ADMIN_PORT: 'off' })
  expect(await listening()).not.toHaveProperty('admin')
})

test.each(['PORT', 'FOYER_ADMIN_PORT'])('does not start where %s is in use, and names it', async (name) => {
  const port = String(await takePort())
  const { ended, seen } = run({ FOYER_ADMIN_PORT: '0', [name]: port })
  expect(await ended).toBe(1)
  expect(seen.output).toContain(`${name} ${port} is in use on 127.0.0.1; set ${name} to another one`)
})

test.each([
  ['missing', ''],
  ['short', 'short-CANARY'],
  ['a placeholder', 'your-client-secret'],
])('does not start with a secret that is %s, and names the variable alone', async (_, FOYER_CLIENT_SECRET) => {
  const { ended, seen } = run({ FOYER_CLIENT_SECRET })
  expect(await ended).toBe(1)
  expect(seen.output.match(/^FOYER_CLIENT_SECRET .+$/gm)).toHaveLength(1)
  if (FOYER_CLIENT_SECRET !== '') expect(seen.output).not.toContain(FOYER_CLIENT_SECRET)
})

test('prints the configuration it found, without a secret', async () => {
  const { listening, lines, seen } = run({ FOYER_ADMIN_PORT: '0', FOYER_LOG_LEVEL: 'debug' })
  await listening()
  expect(lines()[0]).toMatchObject({ event: 'configuration', connector: 'guest-api', sealingKeys: 1 })
  for (const secret of [SECRET, KEY]) expect(seen.output).not.toContain(secret)
})

test('lives, answers, and counts the lines it lost, while its log lies on a full disk', async () => {
  const full = openSync('/dev/full', 'w')
  onTestFinished(() => closeSync(full))
  const [port, adminPort] = [String(await findFreePort()), String(await findFreePort())]
  const ports = { PORT: port, FOYER_ADMIN_PORT: adminPort, FOYER_PUBLIC_URL: `http://localhost:${port}` }
  const { child, seen } = run({ ...ports, FOYER_LOG_LEVEL: 'debug' }, full)
  const dropped = async () => {
    const metrics = await fetch(`http://127.0.0.1:${adminPort}/metrics`).then((answer) => answer.text())
    return Number(/^foyer_log_lines_dropped_total (\d+)$/m.exec(metrics)?.[1])
  }
  const page = () => fetch(`http://localhost:${port}/api/nothing`, { headers: { 'X-CSRF': '1' } })
  await eventually('it answers', () => page().catch(() => undefined), 30_000)
  const before = await dropped()
  expect(before).toBeGreaterThan(0)
  for (let count = 0; count < 3; count++) expect((await page()).status).toBe(404)
  expect(await dropped()).toBe(before + 3)
  expect([child.exitCode, seen.output]).toEqual([null, ''])
})
