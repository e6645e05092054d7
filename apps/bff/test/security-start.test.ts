import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { KEEP_COMPILED } from './support/foyer-process.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const GOOD = {
  ...{ NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', FOYER_PUBLIC_URL: 'https://chat.example.com' },
  ...{ FOYER_PLATFORM_URL: 'https://gateway.example.com', FOYER_CLIENT_ID: 'client', FOYER_STORE: 'memory:' },
  FOYER_CLIENT_SECRET: 'CANARY-secret-of-the-client',
}

/** Starts the real program, and waits until it has stopped by itself. */
async function start(change: Record<string, string>): Promise<{ exitCode: number | null; said: string }> {
  const { promise, resolve } = Promise.withResolvers<{ exitCode: number | null; said: string }>()
  const options = { env: { PATH: process.env['PATH'], ...KEEP_COMPILED, ...GOOD, ...change }, timeout: 30_000 }
  const child = execFile(process.execPath, [main], options, (_, stdout, stderr) =>
    resolve({ exitCode: child.exitCode, said: `${stdout}${stderr}` }),
  )
  return promise
}

test(
  'S2, S50 a value that is not safe stops the start, with its name and without any secret',
  { timeout: 120_000 },
  async () => {
    const bad: [string, string][] = [
      ['FOYER_EMBED_ORIGINS', '*'],
      ['FOYER_EMBED_ORIGINS', 'http://portal.example.com'],
      ['FOYER_TRUSTED_PROXIES', '0.0.0.0/0'],
      ['FOYER_PUBLIC_URL', 'http://chat.example.com'],
      ['FOYER_PLATFORM_URL', 'http://gateway.example.com'],
      ['FOYER_SECRETS', 'CANARY'],
      ['FOYER_CLIENT_SECRET', 'CANARY'],
      ['FOYER_CLIENT_SECRET', ''],
      ['FOYER_COOKIE_MODE', 'CANARY'],
    ]
    for (const [name, value] of bad) {
      const { exitCode, said } = await start({ [name]: value })
      expect([name, exitCode]).toEqual([name, 1])
      expect(said).toMatch(new RegExp(`^Foyer cannot start:\n${name} `))
      expect(said).not.toContain('CANARY')
    }
  },
)
