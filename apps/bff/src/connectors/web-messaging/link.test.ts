import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { createTestMetrics } from '../../../test/support/metrics.ts'
import { startScriptedPlatform, type PlatformScript } from '../../../test/support/scripted-platform.ts'
import { createPlatformCalls } from '../platform-calls.ts'
import { untraced } from '../../telemetry/tracing.ts'
import { startHeartbeat } from './heartbeat.ts'
import { openLink } from './link.ts'
import { Pace } from './pacing.ts'

async function start({
  requests = 100,
  connections = 100,
  ...script
}: Partial<PlatformScript> & Record<string, unknown> = {}) {
  const platform = await startScriptedPlatform(script)
  const clock = new FakeClock()
  const heartbeat = startHeartbeat()
  const stop = new AbortController()
  onTestFinished(() => {
    heartbeat.stop()
    stop.abort()
  })
  const lost: string[] = []
  const deployment = new Pace(clock, Number(connections), 60_000)
  const open = () =>
    openLink(
      {
        ...{ url: `${platform.origin.replace('http', 'ws')}/v1`, origin: undefined, heartbeat },
        ...{
          tracing: untraced,
          ignored: () => undefined,
          token: 'token',
          pace: new Pace(clock, Number(requests), 60_000),
          connections: deployment,
          calls: createPlatformCalls({ connector: 'web-messaging', clock, metrics: createTestMetrics().metrics }),
        },
      },
      { onFrame: () => undefined, onLost: () => lost.push('lost') },
      stop.signal,
    )
  return { ...platform, clock, open, lost }
}

test('what is asked carries the token and an id of its own, and gets its answer', async () => {
  const { open, sockets } = await start()
  const link = await open()
  const answer = await link.ask({ action: 'getJwt' }, 'history')
  expect(answer).toMatchObject({ class: 'JwtResponse' })
  expect(sockets[0]?.received).toMatchObject([{ action: 'getJwt', token: 'token', tracingId: answer.tracingId }])
})

test('requests of one connection are paced', async () => {
  const { open, sockets, clock } = await start({ requests: 1 })
  const link = await open()
  await link.ask({ action: 'getJwt' }, 'history')
  await clock.advance(50_000)
  const second = link.ask({ action: 'getJwt' }, 'history')
  await eventually('it waits', () => clock.waits[0] === 10_000)
  expect(sockets[0]?.received).toHaveLength(1)
  await clock.advance(10_000)
  await second
})

test('R7 whose turn is far off is told at once, and when to come again', async () => {
  const { open, clock } = await start({ requests: 1 })
  const link = await open()
  await link.ask({ action: 'getJwt' }, 'history')
  await clock.advance(40_000)
  const second = link.ask({ action: 'closeSession' }, 'end')
  await expect(second).rejects.toMatchObject({ code: 'rate-limited', outcome: 'not-sent', retryAfterMs: 20_000 })
})

test('what waits its turn when the line is lost was not sent, and is not said to have been', async () => {
  const { open, sockets, lost, clock } = await start({ requests: 1 })
  const link = await open()
  await link.ask({ action: 'getJwt' }, 'history')
  await clock.advance(50_000)
  const asking = link.ask({ action: 'getJwt' }, 'history').catch((error: unknown) => error)
  sockets[0]?.close()
  await eventually('it is lost', () => lost.length > 0)
  // Its turn would have come in ten seconds.
  expect(await asking).toMatchObject({ code: 'network', outcome: 'not-sent' })
})

test('connections of a deployment are paced, whoever opens them', async () => {
  const { open, sockets, clock } = await start({ connections: 1 })
  await open()
  const second = open()
  await eventually('it waits', () => clock.waits[0] === 60_000)
  expect(sockets).toHaveLength(1)
  await clock.advance(60_000)
  await second
  expect(sockets).toHaveLength(2)
})

test('closing it is told once', async () => {
  const { open, lost, sockets } = await start()
  const link = await open()
  link.close()
  await eventually('it is lost', () => lost.length > 0)
  link.close()
  expect(lost).toEqual(['lost'])
  expect(sockets[0]?.isOpen()).toBe(false)
})
