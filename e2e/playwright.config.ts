import { defineConfig } from '@playwright/test'
import { existsSync } from 'node:fs'
import { withoutFeatures } from './browser-features.ts'

const chromium = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

export default defineConfig({
  testDir: '.',
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    // What failed is told by its steps, a picture and the tree of the page. The document at each step, kept in case of a
    // failure, is a fifth of all work: `--trace on` has it.
    trace: { mode: 'retain-on-failure', screenshots: false, snapshots: false },
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: chromium.find((path) => path !== '' && existsSync(path)) ?? 'chromium',
      // Root, as in a container, has no sandbox; the browser's own traffic would leave the machine.
      args: ['--no-sandbox', '--disable-background-networking', withoutFeatures],
    },
  },
})
