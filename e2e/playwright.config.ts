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
    // What the document was at each step tells enough: pictures of it all the way cost a tenth of the work.
    trace: { mode: 'retain-on-failure', screenshots: false },
    launchOptions: {
      executablePath: chromium.find((path) => path !== '' && existsSync(path)) ?? 'chromium',
      // Root, as in a container, has no sandbox; the browser's own traffic would leave the machine.
      args: ['--no-sandbox', '--disable-background-networking', withoutFeatures],
    },
  },
})
