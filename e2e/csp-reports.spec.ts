import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { expect, test as base } from './fixtures.ts'
import config from './playwright.config.ts'

const pem = (name: string) => readFileSync(new URL(`../apps/bff/test/tls/test-only.${name}.pem`, import.meta.url))

interface Front {
  readonly origin: string
  /** Where Foyer listens, once it does. */
  port: number
}

const test = base.extend<{ front: Front }>({
  /** Ends TLS, as the proxy before Foyer does: without it Chromium passes over `Reporting-Endpoints`. */
  front: async ({ platform: _ }, use) => {
    const front = { origin: '', port: 0 }
    const server = createServer({ cert: pem('cert'), key: pem('key') }, (line) => {
      const onward = connect(front.port, '127.0.0.1')
      line.on('error', () => onward.destroy()).pipe(onward)
      onward.on('error', () => line.destroy()).pipe(line)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    front.origin = `https://localhost:${(server.address() as AddressInfo).port}`
    await use(front)
    server.close()
  },
  environment: async ({ front }, use) => use({ FOYER_PUBLIC_URL: front.origin, FOYER_ADMIN_PORT: '0' }),
})

// Reports are sent at once, not after a minute.
const { launchOptions } = config.use ?? {}
test.use({
  ignoreHTTPSErrors: true,
  launchOptions: { ...launchOptions, args: [...(launchOptions?.args ?? []), '--short-reporting-delay'] },
})

test('S28, S47 what the policy keeps from happening is told by the browser, logged once and counted once', async ({
  page,
  foyer,
  front,
}) => {
  front.port = Number(new URL(foyer.url).port)
  await page.goto(`${front.origin}/?lang=en&name=QUERY`)
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeEditable()
  await page.evaluate(() => {
    document.body.append(Object.assign(new Image(), { src: 'https://evil.example/PATH?QUERY' }))
    try {
      document.body.innerHTML = '<b>SAMPLE</b>'
    } catch {
      // Trusted Types: a string becomes no markup.
    }
  })
  const lines = () =>
    foyer.output
      .split('\n')
      .filter((line) => line.includes('"event":"csp-violation"'))
      .map((line) => JSON.parse(line) as { reason: string; disposition: string; blocked: string })
  await expect.poll(lines).toHaveLength(2)
  const told = lines().map(({ reason, disposition, blocked }) => [reason, disposition, blocked])
  expect(told.sort()).toEqual([
    ['img-src', 'enforce', 'https://evil.example'],
    ['require-trusted-types-for', 'enforce', 'trusted-types-sink'],
  ])
  expect(foyer.output).not.toMatch(/SAMPLE|QUERY|PATH/)

  const admin = /"admin":"([^"]+)"/.exec(foyer.output)?.[1]
  const metrics = await (await fetch(`http://${admin}/metrics`)).text()
  const counts = metrics.match(/^foyer_security_events_total.* [1-9]\d*$/gm)
  expect(counts?.sort()).toEqual([
    'foyer_security_events_total{event="csp-violation",reason="img-src"} 1',
    'foyer_security_events_total{event="csp-violation",reason="require-trusted-types-for"} 1',
  ])
})
