import { chromium } from '@playwright/test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { loadCold, type ColdLoad } from './cold-load.ts'
import { median } from './percentiles.ts'
import { startProcess } from './processes.ts'

/*
 * What the page weighs, and how soon it can be used on a slow phone: first paint and usable composer on a cold load, the
 * chat and a static page of the same weight and headers in turn within one run. Usage: --rounds 9
 */

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } })
/** The composer is usable within this many times the static page's first paint. */
const BAR = 1.3
const BUDGETS = { script: 32_000, style: 6_000 }

const folder = new URL('../apps/web/dist/', import.meta.url)
const document = readFileSync(new URL('index.html', folder))
const style = Buffer.from(
  [...document.toString().matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map(([, css]) => css).join(''),
)
const first = /<script[^>]*src="\/assets\/([^"]+)"/.exec(document.toString())?.[1] ?? ''
const assets = readdirSync(new URL('assets/', folder)).map((name) => ({
  name,
  bytes: readFileSync(new URL(`assets/${name}`, folder)),
}))
const weigh = (name: string, bytes: Buffer) => ({
  part: name,
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes).length,
})
const weights = [
  weigh('document', document),
  weigh('style, in the document', style),
  ...assets.map(({ name, bytes }) => weigh(name === first ? 'first script' : `later: ${name}`, bytes)),
]
console.table(weights)

const platform = await startProcess('bench/echo-platform.ts', (port) => ({ PORT: String(port) }), '/ready')
const foyer = await startProcess(
  'apps/bff/src/main.ts',
  (port) => ({
    PORT: String(port),
    FOYER_PLATFORM_URL: platform.url.replace('localhost', '127.0.0.1'),
    FOYER_CLIENT_ID: 'bench',
    FOYER_CLIENT_SECRET: 'a-secret-for-the-bench',
    FOYER_STORE: 'memory:',
    FOYER_LOG_LEVEL: 'warn',
  }),
  '/health/ready',
)
const notCopied = new Set([
  'content-security-policy',
  'content-length',
  'content-encoding',
  'connection',
  'keep-alive',
  'date',
])
const headers = [...(await fetch(foyer.url)).headers].filter(([name]) => !notCopied.has(name))
const still = await startProcess(
  'bench/static-page.ts',
  (port) => ({
    PORT: String(port),
    WEIGHT_BYTES: String(gzipSync(document).length),
    HEADERS: JSON.stringify(Object.fromEntries(headers)),
  }),
  '/ready',
)
const browser = await chromium.launch({
  executablePath: ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync) ?? 'chromium',
  args: ['--no-sandbox', '--disable-background-networking'],
})

const loads = { static: [] as ColdLoad[], chat: [] as ColdLoad[] }
for (let round = 0; round <= Number(values.rounds); round++) {
  const stillLoad = await loadCold(browser, still.url, { hasScript: false })
  const chatLoad = await loadCold(browser, foyer.url, { hasScript: true })
  if (round === 0) continue // warms up server and browser
  loads.static.push(stillLoad)
  loads.chat.push(chatLoad)
}
await browser.close()
for (const process of [foyer, still, platform]) await process.stop()

const of = (page: keyof typeof loads, key: keyof ColdLoad) => median(loads[page].map((load) => load[key] ?? NaN))
const ratio = of('chat', 'usableMs') / of('static', 'firstPaintMs')
console.table({
  'static page': { 'first paint ms': of('static', 'firstPaintMs'), 'usable ms': of('static', 'usableMs') },
  chat: {
    'first paint ms': of('chat', 'firstPaintMs'),
    'usable ms': of('chat', 'usableMs'),
    'Enter sends ms': of('chat', 'sendsMs'),
  },
})
console.log(`composer usable / static page's first paint: ${ratio.toFixed(2)} (bar ${BAR})`)

const script = weights.find(({ part }) => part === 'first script')?.gzip ?? Infinity
const isHeavy = script > BUDGETS.script || (weights[1]?.gzip ?? Infinity) > BUDGETS.style
if (isHeavy) console.error(`over budget: script ${BUDGETS.script}, style ${BUDGETS.style} bytes gzipped`)
process.exit(ratio > BAR || isHeavy ? 1 : 0)
