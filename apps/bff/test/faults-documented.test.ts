import { startSimulator } from '@foyer/simulator/start-simulator'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const page = readFileSync(join(import.meta.dirname, 'FAULTS.md'), 'utf8')
const rows = page.split('\n').flatMap((line) => {
  const [, fault = '', serves = '', tests = ''] = line.split('|').map((cell) => cell.trim())
  return fault.startsWith('`') ? [{ fault: fault.replaceAll('`', ''), serves, tests }] : []
})

test('every fault of the simulator has its row', async () => {
  const simulator = await startSimulator({})
  onTestFinished(() => simulator.close())
  const { available } = await simulator.control.faults()
  expect(rows.map(({ fault }) => fault)).toEqual(available.map(({ name }) => name).sort())
})

test.each(rows)(
  '$fault serves a requirement, and is injected by each test that is named',
  ({ fault, serves, tests }) => {
    expect(serves).toMatch(/^[RS]\d+( [RS]\d+)*$/)
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file)
    expect(files).not.toEqual([])
    for (const file of files) expect(readFileSync(join(root, file), 'utf8'), file).toContain(`'${fault}'`)
  },
)
