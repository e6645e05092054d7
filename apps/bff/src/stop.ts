import type { Server } from 'node:http'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'

/*
 * How the process ends (R27), within ten seconds:
 *   1. not ready, no newcomers; everybody else is served as before, for as long as a balancer takes to notice
 *   2. streams are sent away bit by bit; messages on their way to the platform arrive, others are parked in the log
 *   3. nobody is listened to any more; requests under way are answered
 *   4. platform and store are let go of
 * A second signal ends it at once. So does the deadline, with exit code 1.
 */

const DRAIN_MS = 6_500
const ANSWER_UNTIL_MS = 8_000
const DEADLINE_MS = 9_000
const IDLE_CHECK_MS = 50

export interface StopParts {
  readonly server: Pick<Server, 'close' | 'closeIdleConnections' | 'closeAllConnections'>
  /** Lets go of connections on which nothing was asked yet. */
  readonly closeUnused: () => void
  readonly app: { startDraining(): void; drain(withinMs: number): Promise<void>; close(): Promise<void> }
  readonly clock: Clock
  readonly logger: Logger
  /** How long a balancer may take to notice that we are not ready. */
  readonly noticeMs: number
  readonly exit: (code: number) => void
}

export interface Stop {
  /** What a signal calls. */
  signalled(signal: string): void
  /** What nobody caught: the process cannot be trusted any more, but what it holds can be handed on (R33). */
  failed(error: unknown, origin: string): void
}

export function createStop({ server, closeUnused, app, clock, logger, noticeMs, exit }: StopParts): Stop {
  let isStopping = false

  async function stop(exitCode: number): Promise<void> {
    isStopping = true
    const startedAtMs = clock.monotonic()
    const leftUntil = (ms: number) => Math.max(0, startedAtMs + ms - clock.monotonic())
    setTimeout(() => exit(1), DEADLINE_MS).unref()
    app.startDraining()
    await clock.sleep(noticeMs)
    await app.drain(leftUntil(DRAIN_MS))

    const closed = new Promise((resolve) => server.close(resolve))
    const idle = setInterval(() => {
      server.closeIdleConnections()
      closeUnused()
    }, IDLE_CHECK_MS)
    await Promise.race([closed, clock.sleep(leftUntil(ANSWER_UNTIL_MS))])
    clearInterval(idle)
    server.closeAllConnections()
    await app.close()
    logger.info({ event: 'stopped', afterMs: Math.round(clock.monotonic() - startedAtMs) })
    exit(exitCode)
  }

  function begin(exitCode: number): void {
    stop(exitCode).catch((error: unknown) => {
      logger.error({ event: 'stop-failed', err: error })
      exit(1)
    })
  }

  return {
    signalled(signal) {
      logger.info({ event: 'stopping', signal })
      if (isStopping) exit(1)
      else begin(0)
    },
    failed(error, origin) {
      logger.error({ event: 'uncaught', origin, err: error })
      if (!isStopping) begin(1)
    },
  }
}
