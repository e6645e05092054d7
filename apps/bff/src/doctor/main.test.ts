import { startSimulator } from '@foyer/simulator/start-simulator'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { KEEP_COMPILED } from '../../test/support/foyer-process.ts'

/* The command as a person runs it: a process of its own, in an empty folder. */

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))
const CLIENT = { id: 'web-guests', secret: 'a-secret-of-the-doctor-test' }

test('exits with 0 when nothing failed', async () => {
  const { code, output } = await runDoctor([], environmentFor(await startPlatform()))
  expect(output).toContain('All is well.')
  expect(code).toBe(0)
})

test('exits with 1 when something failed, and says what to do', async () => {
  const environment = { ...environmentFor(await startPlatform()), FOYER_CLIENT_SECRET: 'another-secret-altogether' }
  const { code, output } = await runDoctor([], environment)
  expect(output).toMatch(/^failed +Client /m)
  expect(output).toContain('What to do:')
  expect(code).toBe(1)
})

test('prints neither the client secret nor a token, whether it goes well or not', async () => {
  const tokens: string[] = []
  const environment = environmentFor(await startRecorder(await startPlatform(), tokens))
  const runs = [
    await runDoctor(['--send'], environment),
    await runDoctor(['--send', '--json'], environment),
    await runDoctor([], { ...environment, FOYER_CLIENT_SECRET: 'another-secret-altogether' }),
    await runDoctor([], { ...environment, FOYER_SCOPES: 'messaging:guest:send messaging:guest:sned' }),
  ]
  expect(tokens.length).toBeGreaterThanOrEqual(4)
  const output = runs.map((run) => run.output).join('')
  for (const secret of [...tokens, CLIENT.secret, 'another-secret-altogether']) expect(output).not.toContain(secret)
})

test('writes a report that a machine can read', async () => {
  const { output } = await runDoctor(['--json'], environmentFor(await startPlatform()))
  expect(JSON.parse(output)).toMatchObject({
    ok: true,
    connector: 'guest-api',
    steps: expect.arrayContaining([expect.objectContaining({ name: 'Scopes', outcome: 'ok' })]),
  })
})

test('names every variable that is not as it should be', async () => {
  const { code, output } = await runDoctor([], { FOYER_PLATFORM_URL: 'ftp://platform', FOYER_CLIENTID: 'x' })
  expect(output).toContain('FOYER_PLATFORM_URL must be')
  expect(output).toContain('did you mean FOYER_CLIENT_ID?')
  expect(code).toBe(1)
})

test('says how to check the demo when nothing is configured', async () => {
  const { code, output } = await runDoctor([], {})
  expect(output).toContain('Nothing is configured')
  expect(output).toContain('FOYER_PLATFORM_URL=http://127.0.0.1:4410')
  expect(code).toBe(1)
})

test('reads .env, and leaves no file behind', async () => {
  const folder = newFolder()
  const variables = Object.entries(environmentFor(await startPlatform())).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(join(folder, '.env'), variables.join(''))
  const { code } = await runDoctor([], {}, folder)
  expect(code).toBe(0)
  expect(readdirSync(folder)).toEqual(['.env'])
})

test('explains itself, and what it does not understand', async () => {
  const help = await runDoctor(['--help'], {})
  expect(help).toMatchObject({ code: 0, output: expect.stringContaining('--send') })
  const unknown = await runDoctor(['--snd'], {})
  expect(unknown).toMatchObject({ code: 1, output: expect.stringContaining("'--snd'") })
})

async function startPlatform(): Promise<string> {
  const simulator = await startSimulator({ clients: [CLIENT] })
  onTestFinished(() => simulator.close())
  return simulator.url
}

/** Stands before the platform and notes every token it hands out. */
async function startRecorder(platform: string, tokens: string[]): Promise<string> {
  const recorder = createServer((request, response) => {
    void (async () => {
      const { method = 'GET', url = '/', headers } = request
      const { authorization = '', 'content-type': type = '' } = headers
      const body = method === 'GET' ? null : await text(request)
      const answer = await fetch(platform + url, { method, body, headers: { authorization, 'content-type': type } })
      const answered = await answer.text()
      for (const [, token = ''] of answered.matchAll(/"(?:access|refresh)_token":"([^"]+)"/g)) tokens.push(token)
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(answered)
    })()
  })
  onTestFinished(() => void recorder.close().closeAllConnections())
  await once(recorder.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(recorder.address() as AddressInfo).port}`
}

const environmentFor = (url: string) => ({
  FOYER_PLATFORM_URL: url,
  FOYER_CLIENT_ID: CLIENT.id,
  FOYER_CLIENT_SECRET: CLIENT.secret,
})

const newFolder = () => mkdtempSync(join(tmpdir(), 'foyer-doctor-'))

async function runDoctor(flags: string[], environment: Record<string, string>, cwd = newFolder()) {
  const doctor = spawn(process.execPath, [MAIN, ...flags], { cwd, env: { ...KEEP_COMPILED, ...environment } })
  const [stdout, stderr, [code]] = await Promise.all([text(doctor.stdout), text(doctor.stderr), once(doctor, 'close')])
  return { code: code as number, output: stdout + stderr }
}
