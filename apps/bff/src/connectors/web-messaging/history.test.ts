import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { failsAfterSeconds } from '../../../test/support/fails-after.ts'
import { startHttpServer } from '../../../test/support/http-server.ts'
import { unlessAborted } from '../deadline.ts'
import { createHttpClient } from '../http.ts'
import type { IgnoredKind } from '../ignored.ts'
import { History } from './history.ts'
import { Pace } from './pacing.ts'

const timeOf = (number: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, number)).toISOString()
const entity = (number: number) => ({
  ...{ id: `m${number}`, type: 'Text', direction: 'Outbound', text: `${number}` },
  channel: { time: timeOf(number) },
})

interface Answer {
  readonly status: number
  readonly entities?: unknown[]
  readonly retryAfter?: string
  readonly pageSize?: number
}

/** A history towards a server that gives these answers one after the other, then empty pages. */
async function startHistory(...answers: Answer[]) {
  const left = [...answers]
  const server = await startHttpServer((response) => {
    const { status, entities = [], retryAfter, pageSize = 25 } = left.shift() ?? { status: 200 }
    if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter)
    response.writeHead(status).end(JSON.stringify(status === 200 ? { entities, pageSize } : {}))
  })
  const http = createHttpClient(server.origin)
  onTestFinished(() => http.close())
  const clock = new FakeClock()
  const ignored: IgnoredKind[] = []
  let tokens = 0
  const history = new History({
    ...{ http, clock, ignored: (kind) => ignored.push(kind), pace: new Pace(clock, 1_000, 60_000) },
    getJwt: () => Promise.resolve({ jwt: `jwt-${++tokens}`, exp: clock.now() / 1000 + 60 }),
  })
  const used = () => server.received.map(({ headers }) => headers['authorization'])
  return { history, server, clock, used, ignored }
}

test('all pages are read, oldest first, also where they are smaller than asked for', async () => {
  const { history, used } = await startHistory(
    { status: 200, entities: [entity(4), entity(3)], pageSize: 2 },
    { status: 200, entities: [entity(2), entity(1)], pageSize: 2 },
  )
  expect((await history.readFrom(undefined)).map(({ id }) => id)).toEqual(['m1', 'm2', 'm3', 'm4'])
  expect(used()).toEqual(['Bearer jwt-1', 'Bearer jwt-1', 'Bearer jwt-1'])
})

test('reading stops where the asked time is passed', async () => {
  const { history, server } = await startHistory({
    status: 200,
    entities: [entity(3), entity(2), entity(1)],
    pageSize: 3,
  })
  expect((await history.readFrom(timeOf(2))).map(({ id }) => id)).toEqual(['m2', 'm3'])
  expect(server.received).toHaveLength(1)
})

test('a pause that a platform asks for is kept for five minutes at most', async () => {
  const { history, clock } = await startHistory({ status: 429, retryAfter: '99999' })
  await expect(history.readFrom(undefined)).rejects.toMatchObject({ retryAfterMs: 300_000 })
  const again = history.readFrom(undefined)
  await eventually('it waits', () => clock.waits[0])
  expect(clock.waits).toEqual([300_000])
  await clock.advance(300_000)
  expect(await again).toEqual([])
})

test('S53 a record that always has one more page is no record: that is told, and proves no message missing', async () => {
  const endless = Array.from({ length: 300 }, () => ({ status: 200, entities: [entity(1)], pageSize: 1 }))
  const { history, server, ignored } = await startHistory(...endless)
  const read = history.readFrom(undefined)
  await expect(read).rejects.toMatchObject({ code: 'answer-unreadable', outcome: 'unknown', retryable: true })
  expect(server.received).toHaveLength(200)
  expect(ignored).toEqual(['page'])
})

test('one bad entity costs one, and is noted', async () => {
  const { history, ignored } = await startHistory({ status: 200, entities: [entity(2), 'nonsense', entity(1)] })
  expect((await history.readFrom(undefined)).map(({ id }) => id)).toEqual(['m1', 'm2'])
  expect(ignored).toEqual(['entity'])
})

test('a token that is refused or about to end is replaced once', async () => {
  const { history, clock, used } = await startHistory({ status: 401 })
  await history.readFrom(undefined)
  await clock.advance(56_000)
  await history.readFrom(undefined)
  history.forgetJwt()
  await history.readFrom(undefined)
  expect(used()).toEqual(['Bearer jwt-1', 'Bearer jwt-2', 'Bearer jwt-3', 'Bearer jwt-4'])
})

test('R7 a page has fifteen seconds as a whole, the token and a new one included', async () => {
  const server = await startHttpServer((response) => void setTimeout(() => response.writeHead(401).end(), 7_000))
  const http = createHttpClient(server.origin)
  onTestFinished(() => http.close())
  const clock = new FakeClock()
  const never = new Promise<never>(() => undefined)
  let asked = 0
  const history = new History({
    ...{ http, clock, ignored: () => undefined, pace: new Pace(clock, 1_000, 60_000) },
    getJwt: (signal) => (asked++ === 0 ? Promise.resolve({ jwt: 'jwt' }) : unlessAborted(never, signal)),
  })
  let error: unknown
  const read = () => history.readFrom(undefined).catch((thrown: unknown) => Promise.reject((error = thrown) as Error))
  expect(await failsAfterSeconds(read, () => true)).toBe(15)
  expect(error).toMatchObject({ code: 'network', retryable: true })
})

test.each([
  [[{ status: 401 }, { status: 401 }], 'platform-unavailable', undefined],
  [[{ status: 429, retryAfter: '7' }], 'rate-limited', 7_000],
  [[{ status: 503 }], 'platform-unavailable', undefined],
])('a refusal is told, to be tried again (%j)', async (answers, cause, retryAfterMs) => {
  const { history } = await startHistory(...answers)
  await expect(history.readFrom(undefined)).rejects.toMatchObject({ code: cause, retryable: true, retryAfterMs })
})
