import { existsSync } from 'node:fs'
import { run, setUp } from './set-up.mjs'

/** `npm test`: everything that has to hold, on a fresh clone too. */

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
if (!process.env.CHROMIUM && !chromium.some((path) => existsSync(path))) {
  console.error('The browser journeys need Chromium: apt-get install chromium (or set CHROMIUM to its path).')
  process.exit(1)
}

setUp()
const startedAt = Date.now()
const pnpm = (script, title) => run('npx', ['-y', 'pnpm@12', 'run', script], title)
pnpm('check', 'Types, lint, imports, format')
pnpm('test:unit', 'Unit, contract and whole-app tests')
pnpm('test:e2e', 'Browser journeys')
console.log(`\nAll tests passed in ${Math.round((Date.now() - startedAt) / 1000)} s.`)
