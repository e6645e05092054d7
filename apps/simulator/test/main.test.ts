import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { simulatorFor } from './guest.ts'

/** Starts the program; `output` resolves with its first words. */
function run(environment: Record<string, string>) {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  const child = spawn(process.execPath, [main], { env: { PATH: process.env['PATH'], ...environment } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const output = new Promise<string>((resolve) => {
    child.stdout.once('data', (words) => resolve(String(words)))
    child.stderr.once('data', (words) => resolve(String(words)))
  })
  return { child, exit, output }
}

test('says one line when it listens, and stops on a signal', async () => {
  const { child, exit, output } = run({ SIMULATOR_PORT: '0' })
  expect(await output).toMatch(/^Simulator listens on http:\/\/127\.0\.0\.1:\d+, .*\/agent\n$/)
  child.kill('SIGTERM')
  expect(await exit).toBe(0)
})

test('names the variable when the port is taken', async () => {
  const { port } = await simulatorFor()
  const { exit, output } = run({ SIMULATOR_PORT: String(port) })
  expect(await output).toContain('SIMULATOR_PORT')
  expect(await exit).toBe(1)
})
