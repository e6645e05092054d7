import { chromium } from '@playwright/test'
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { BUDGETS } from '../apps/web/build/budgets.ts'
import { loadCold, type ColdLoad } from './cold-load.ts'
import { sumOf, weighPage } from './page-weight.ts'
import { median } from './percentiles.ts'
import { foyerEnvironment } from './platform-client.ts'
import { startProcess } from './processes.ts'

/*
 * What the page weighs, and how soon it can be used on a slow phone: cold loads of the chat and of a static page of the
 * same weight and headers, in turn within one run. bench/README.md says what the figures mean. Exit code 1 when a bar is
 * missed.
 */

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, json: { type: 'boolean', default: false } },
})
const rounds = Number(values.rounds)
/** The composer is usable within this many times the static page's first paint. */
const BAR = 1.3

const weight = weighPage()
const platform = await startProcess('bench/echo-platform.ts', (port) => ({ PORT: String(port) }), '/ready')
const foyer = await startProcess('apps/bff/src/main.ts', foyerEnvironment(platform.url, 'memory:'), '/health/ready')
const headers = await readHeaders(foyer.url)
const still = await startProcess(
  'bench/static-page.ts',
  (port) => ({ PORT: String(port), WEIGHT_BYTES: String(weight.document.brotli), HEADERS: JSON.stringify(headers) }),
  '/ready',
)
const loads = await loadInTurn()
for (const server of [foyer, still, platform]) await server.stop()

const times = { 'static page': mediansOf(loads.still), chat: mediansOf(loads.chat) }
const ratio = (key: keyof ColdLoad) => times.chat[key] / times['static page'].firstPaintMs
const checks = [
  { what: "composer usable / static page's first paint", is: ratio('boxMs'), atMost: BAR },
  { what: 'first script, bytes gzipped', is: sumOf(weight.scripts, 'first'), atMost: BUDGETS.scriptBytes },
  { what: 'style, bytes gzipped', is: weight.style.gzip, atMost: BUDGETS.styleBytes },
]
if (values.json) console.log(JSON.stringify({ weight, rounds, times, checks }, undefined, 2))
else print()
process.exit(checks.every(({ is, atMost }) => is <= atMost) ? 0 : 1)

/** Those that say how a document is to be treated; the policy names this document's own style, so it is left out. */
async function readHeaders(url: string): Promise<Record<string, string>> {
  const framing = /^(content-(length|encoding|security-policy)|connection|keep-alive|date|transfer-encoding)$/
  const answer = await fetch(url)
  return Object.fromEntries([...answer.headers].filter(([name]) => !framing.test(name)))
}

async function loadInTurn() {
  const browser = await chromium.launch({
    executablePath: ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path)) ?? 'chromium',
    args: ['--no-sandbox', '--disable-background-networking'],
  })
  const loads = { still: [] as ColdLoad[], chat: [] as ColdLoad[] }
  for (let round = 0; round <= rounds; round++) {
    const inTurn = {
      still: await loadCold(browser, still.url, { hasScript: false }),
      chat: await loadCold(browser, foyer.url, { hasScript: true }),
    }
    if (round === 0) continue // warms up servers and browser
    loads.still.push(inTurn.still)
    loads.chat.push(inTurn.chat)
  }
  await browser.close()
  return loads
}

function mediansOf(all: readonly ColdLoad[]) {
  const of = (key: keyof ColdLoad) => Math.round(median(all.map((load) => load[key] ?? NaN)))
  return {
    firstPaintMs: of('firstPaintMs'),
    boxMs: of('boxMs'),
    typedMs: of('typedMs'),
    takenMs: of('takenMs'),
    sendsMs: of('sendsMs'),
  }
}

function print(): void {
  console.table([weight.document, weight.style, ...weight.scripts])
  console.log(`Cold load, CPU 4x slower, Slow 4G: medians of ${rounds}, in turn`)
  console.table(times)
  console.table(
    Object.fromEntries(
      (['firstPaintMs', 'boxMs', 'typedMs', 'takenMs', 'sendsMs'] as const).map((key) => [
        key,
        { "chat / static page's first paint": Number(ratio(key).toFixed(2)) },
      ]),
    ),
  )
  for (const { what, is, atMost } of checks) {
    console.log(`${is <= atMost ? 'held  ' : 'MISSED'} ${what}: ${Number(is.toFixed(2))} of at most ${atMost}`)
  }
}
