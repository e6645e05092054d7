import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { startCollector } from './support/collector.ts'
import { guestApi, webMessaging } from './support/doors.ts'
import { PLANTED, startEchoingGuestApi, startEchoingWebMessaging } from './support/echoing-platform.ts'
import { eventually } from './support/eventually.ts'
import { Guest, receiptsOf } from './support/guest.ts'
import { startFoyer } from './support/start-foyer.ts'

/** In no form that an id, a code, or the name of a scope could have: wherever it turns up, it was taken over as it came. */
const CANARY = 'CANARY~0123456789='

/** A browser that puts it into everything it can. */
async function feed(guest: Guest, url: string): Promise<string[]> {
  const problems: string[] = []
  const ask = async (...request: Parameters<Guest['request']>) => {
    const response = await guest.request(...request)
    const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json')
    problems.push(isProblem ? await response.text() : '')
  }

  const everything = [
    'Authorization',
    'User-Agent',
    'Referer',
    'X-Forwarded-For',
    'X-Request-Id',
    'Last-Event-ID',
    'traceparent',
    'tracestate',
    'baggage',
    'If-None-Match',
    'Accept-Language',
    'Sec-Fetch-Mode',
  ]
  const headers = Object.fromEntries(everything.map((name) => [name, CANARY]))
  const cookies = { ...headers, Cookie: `a=${CANARY}; __Host-Http-foyer=${CANARY}` }
  for (const path of [
    '/api/session',
    '/api/config',
    `/api/${CANARY}`,
    `/${CANARY}`,
    `${guest.path}/messages`,
    `${guest.path}/events`,
  ]) {
    await ask('GET', `${path}?${CANARY}=${CANARY}&before=${CANARY}&after=${CANARY}`, undefined, headers)
    await ask('GET', `${path}?after=${CANARY}`, undefined, cookies)
    await ask('POST', path, { [CANARY]: CANARY, messageId: CANARY, text: CANARY }, headers)
    await ask('POST', path, `{"${CANARY}`, headers)
    await ask('POST', path, CANARY, { ...headers, 'Content-Type': CANARY })
    await ask('POST', path, CANARY, { ...headers, Origin: `https://${CANARY}.example` })
    await ask('POST', path, CANARY, { ...headers, 'Sec-Fetch-Site': CANARY, 'X-CSRF': CANARY })
  }
  await ask('POST', `${guest.path}/attachments?name=${CANARY}.png`, CANARY, {
    ...headers,
    'Content-Type': 'image/png',
  })
  // Whatever a report says besides, its sample first, and of the address that was blocked all but its origin.
  const violation = {
    documentURL: `${url}/?${CANARY}`,
    effectiveDirective: CANARY,
    disposition: 'enforce',
    sample: CANARY,
  }
  for (const blockedURL of [CANARY, `${CANARY}:x`, `https://cdn.example/${CANARY}?${CANARY}#${CANARY}`]) {
    const report = { type: 'csp-violation', url: CANARY, body: { ...violation, blockedURL, sourceFile: CANARY } }
    await ask('POST', '/csp-reports', [report], { ...headers, 'Content-Type': 'application/reports+json', Origin: url })
  }
  await fetch(url, { method: 'CANARY' }).catch(() => undefined)
  return problems.filter((text) => text !== '')
}

const MEMBER = /"path":"[^"]*"/g

const doors = [
  { ...guestApi, start: startEchoingGuestApi },
  { ...webMessaging, start: startEchoingWebMessaging },
]

test.each(doors)(
  'whatever comes in, from browser, platform or configuration, none of it is in a line, a metric, a span, or a problem, and what the platform said in no answer: over $name',
  async ({ start, options }) => {
    const platform = await start()
    const collector = await startCollector()
    const secrets = [randomBytes(32), randomBytes(32)]
    const tracing = { endpoint: collector.endpoint, ratio: 1 }
    const foyer = await startFoyer(platform.origin, { clientSecret: CANARY, secrets, tracing, ...options })
    const closing = { closed: undefined as Promise<void> | undefined }
    const stop = () => (closing.closed ??= foyer.close())
    onTestFinished(stop)

    const guest = new Guest(foyer.url)
    await guest.json('POST', '/api/session', { name: CANARY, attributes: { [CANARY.slice(0, 6)]: CANARY } })
    const { body } = await guest.json<{ conversationId: string }>('POST', '/api/conversations')
    guest.conversationId = body.conversationId
    const events = guest.follow()
    const problems = await feed(guest, foyer.url)
    for (let round = 0; round < 13; round++) await guest.send(`${CANARY} ${round}`)
    await eventually('all was said', () => platform.isDone(), 60_000)
    await eventually('a refusal is told', () => receiptsOf(events).some(({ state }) => state === 'failed'))
    await guest.request('DELETE', '/api/session')
    const metrics = await foyer.metrics()
    await stop()

    const keys = secrets.map((key) => key.toString('base64url'))
    expect(platform.tokens.size).toBeGreaterThan(0)
    const strange = [CANARY, encodeURIComponent(CANARY), 'CANARY', PLANTED, 'PLANTED', ...platform.tokens, ...keys]
    const foundIn = (text: string, words: readonly string[]) => words.filter((word) => text.includes(word))
    const said = { log: foyer.logs.join(''), metrics, spans: collector.bytes() }
    for (const [where, text] of Object.entries(said)) {
      expect(text.length, where).toBeGreaterThan(5_000)
      expect(foundIn(text, strange), where).toEqual([])
    }
    // S38: a problem repeats nobody's words, but names the wrong member; and of what the platform said, none is anywhere.
    expect(problems.length).toBeGreaterThan(20)
    for (const problem of problems) expect(foundIn(problem.replaceAll(MEMBER, ''), strange), problem).toEqual([])
    const received = guest.received.join('\n')
    expect(received.length).toBeGreaterThan(5_000)
    expect(foundIn(received, [PLANTED, 'PLANTED', ...platform.tokens, ...keys])).toEqual([])
    const handle = received.match(/__Host-Http-foyer=([\w-]{43})/)?.[1] ?? 'none'
    expect(handle).not.toBe('none')
    expect(JSON.stringify(said)).not.toContain(handle)
  },
  120_000,
)
