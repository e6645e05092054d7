import { describe, expect, test } from 'vitest'
import { toLimits } from '../src/limits.ts'
import { Guest } from './support/guest.ts'
import { scrape } from './support/prometheus.ts'
import { startBoth, type Foyer, type FoyerOptions } from './support/start-foyer.ts'

const GATHERED = { 'Content-Type': 'application/reports+json' }

async function start(options: FoyerOptions = {}) {
  const { foyer, simulator } = await startBoth({}, options)
  const report = (more: object = {}) => ({
    type: 'csp-violation',
    body: {
      ...{ documentURL: `${foyer.url}/`, effectiveDirective: 'script-src-attr', disposition: 'enforce' },
      ...{ blockedURL: 'inline', sample: 'SAMPLE', ...more },
    },
  })
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${foyer.url}/csp-reports`, {
      method: 'POST',
      headers: { Origin: foyer.url, ...GATHERED, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return { foyer, simulator, report, post }
}

const violationsIn = ({ logs }: Foyer) =>
  logs.map((line) => JSON.parse(line) as { event: string }).filter(({ event }) => event === 'csp-violation')

test('S28 the document names where its violations are told, in both ways, and only it does', async () => {
  const { foyer } = await start()
  const { headers } = await fetch(`${foyer.url}/?lang=de`)
  expect(headers.get('Reporting-Endpoints')).toBe('csp="/csp-reports"')
  expect(headers.get('Content-Security-Policy')).toMatch(/; report-to csp; report-uri \/csp-reports; /)
  expect((await fetch(`${foyer.url}/api/config`)).headers.get('Reporting-Endpoints')).toBeNull()
})

test('S28, S47 a violation is one line and one count, without what was in it, and begins no session', async () => {
  const { foyer, simulator, report, post } = await start()
  const answer = await post([report(), report({ effectiveDirective: 'img-src', blockedURL: 'https://a.example/b?c' })])
  expect([answer.status, await answer.text(), answer.headers.getSetCookie()]).toEqual([204, '', []])
  expect(violationsIn(foyer)).toMatchObject([
    { level: 'warn', reason: 'script-src-attr', disposition: 'enforce', blocked: 'inline' },
    { level: 'warn', reason: 'img-src', disposition: 'enforce', blocked: 'https://a.example' },
  ])
  const allowed = ['level', 'time', 'room', 'event', 'reason', 'disposition', 'blocked', 'requestId']
  for (const line of violationsIn(foyer)) expect(Object.keys(line).sort()).toEqual(allowed.sort())
  const counted = (await scrape(foyer)).filter(({ name, value }) => name === 'foyer_security_events_total' && value > 0)
  const reasons = ['img-src', 'script-src-attr']
  expect(counted.map(({ labels, value }) => [labels['event'], labels['reason'], value])).toEqual(
    expect.arrayContaining(reasons.map((reason) => ['csp-violation', reason, 1])),
  )
  expect(counted).toHaveLength(2)
  expect(await simulator.control.requests()).toEqual([])
})

describe('S18 a report is taken from the page', () => {
  const LEGACY = { 'Content-Type': 'application/csp-report', Origin: 'null' }
  test.each<[number, string, Record<string, string>]>([
    [204, 'as the Reporting API sends it', {}],
    [204, 'as report-uri does', { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Dest': 'report' }],
    [204, 'as report-uri does without a referrer', { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' }],
    [204, 'as report-uri does in a browser without Fetch Metadata', { Origin: 'null' }],
    [403, 'and not of another site', { 'Sec-Fetch-Site': 'cross-site' }],
    [403, 'and not of a sibling', { 'Sec-Fetch-Site': 'same-site', Origin: 'null' }],
    [403, 'and not of another origin', { Origin: 'https://evil.example' }],
    [403, 'and not as anything else', { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Dest': 'empty' }],
  ])('%i %s', async (status, _, headers) => {
    const { foyer, report, post } = await start()
    expect((await post([report()], headers)).status).toBe(status)
    expect(violationsIn(foyer)).toHaveLength(status === 204 ? 1 : 0)
  })

  test('also in the older form', async () => {
    const { foyer, post } = await start()
    const old = { 'document-uri': foyer.url, 'effective-directive': 'base-uri', 'blocked-uri': 'https://a.example/' }
    expect((await post({ 'csp-report': old }, LEGACY)).status).toBe(204)
    expect(violationsIn(foyer)).toMatchObject([{ reason: 'base-uri', blocked: 'https://a.example' }])
  })
})

test('S36, S37 what is no report, or too long, is refused and not told', async () => {
  const { foyer, report, post } = await start()
  const refusals: [number, unknown, Record<string, string>?][] = [
    [400, {}],
    [400, '['],
    [400, [{ type: 'csp-violation' }]],
    [413, [report({ sample: 'a'.repeat(40_000) })]],
    [415, [report()], { 'Content-Type': 'application/json' }],
    [415, [report()], { 'Content-Type': 'text/plain' }],
    [415, [report()], { 'Content-Encoding': 'gzip' }],
  ]
  for (const [status, body, headers] of refusals) {
    const answer = await post(body, headers)
    expect([body, answer.status]).toEqual([body, status])
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
  }
  expect((await fetch(`${foyer.url}/csp-reports`)).status).toBe(405)
  expect(violationsIn(foyer)).toEqual([])
})

test('S28, S43 an address is let in with thirty reports a minute, and its guests with everything else', async () => {
  const defaults = { messagesPerSecond: 1, requestsPerAddressAndMinute: 1, sessionsPerAddressAndMinute: 1 }
  const { requests } = toLimits({ ...defaults, sessionsPerSecond: 1, streams: 1, streamsPerAddress: 1 })
  const { foyer, report, post } = await start({
    limits: { cspReports: { ...requests.cspReports, windowSeconds: 600 } },
  })
  for (let count = 0; count < 30; count++) expect((await post([report()])).status).toBe(204)
  const refused = await post([report()])
  expect([refused.status, refused.headers.get('RateLimit-Policy')]).toEqual([429, '"csp-reports";q=30;w=600'])
  expect(violationsIn(foyer)).toHaveLength(30)
  expect((await new Guest(foyer.url).arrive()).conversationId).not.toBe('')
})
