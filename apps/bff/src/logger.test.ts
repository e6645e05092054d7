import { describe, expect, test } from 'vitest'
import { createLogger, type Logger, type LogLevel } from './logger.ts'

function createSubject(level: LogLevel = 'debug') {
  let output = ''
  const logger = createLogger(level, { write: (line) => void (output += line) })('room')
  const entries = () =>
    output.split('\n').flatMap((line) => (line ? [JSON.parse(line) as Record<string, unknown>] : []))
  return { logger, entries, output: () => output }
}

describe('a line of the log', () => {
  test('is JSON: time, level in words, room, and what was chosen to be said', () => {
    const { logger, entries } = createSubject()
    logger.info({ event: 'token-renewed', refreshCount: 2 })
    expect(entries()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/Z$/) as unknown,
        room: 'room',
        event: 'token-renewed',
        refreshCount: 2,
      },
    ])
  })

  test('stays one line, whatever stands in it', () => {
    const { logger, output } = createSubject()
    logger.info({ event: 'x', note: 'a\r\nb\u2028{"level":"error"}' })
    expect(output().split('\n')).toHaveLength(2)
  })

  test('is left out below the level', () => {
    const { logger, entries } = createSubject('warn')
    logger.info({ event: 'a' })
    logger.warn({ event: 'b' })
    expect(entries().map(({ event }) => event)).toEqual(['b'])
  })

  test('is never written when silent', () => {
    const { logger, output } = createSubject('silent')
    logger.error({ event: 'a' })
    expect(output()).toBe('')
  })
})

describe('no secret is in the log', () => {
  const CANARY = 'CANARY-eyJhbGciOi'
  const names = [
    ...['access_token', 'refresh_token', 'client_secret', 'authorization', 'cookie', 'credential', 'text'],
    ...['accessToken', 'refreshToken', 'clientSecret', 'Authorization', 'Cookie', 'set-cookie', 'handle', 'password'],
  ]

  test.each(names)('not under %s, at any depth a caller would use', (name) => {
    const { logger, output } = createSubject()
    const fields = { [name]: CANARY }
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      logger[level]({ event: 'x', ...fields })
      logger[level]({ event: 'x', headers: fields })
      logger[level]({ event: 'x', request: { headers: fields } })
    }
    expect(output()).not.toContain('CANARY')
    expect(output()).toContain('[redacted]')
  })

  test.each<[string, (error: Error) => Error]>([
    [
      'as a property',
      (error) => Object.assign(error, { headers: { authorization: CANARY }, token: CANARY, body: CANARY }),
    ],
    ['as a cause', (error) => Object.assign(error, { cause: new Error(CANARY) })],
    ['as one of many errors', (error) => Object.assign(error, { errors: [new Error(CANARY)] })],
    ['as a code that is no text', (error) => Object.assign(error, { code: { secret: CANARY } })],
    ['as a response', (error) => Object.assign(error, { response: { data: { access_token: CANARY } } })],
  ])('not from an error that carries it %s', (_, make) => {
    const { logger, entries, output } = createSubject()
    logger.error({ event: 'failed', err: make(new TypeError('went wrong')) })
    expect(output()).not.toContain('CANARY')
    expect(entries()[0]?.['err']).toMatchObject({ name: 'TypeError', message: 'went wrong' })
  })

  test('not from something thrown that is no error', () => {
    const { logger, output } = createSubject()
    for (const thrown of [CANARY, { secret: CANARY }, [CANARY]]) logger.error({ event: 'failed', err: thrown })
    expect(output()).not.toContain('CANARY')
  })

  test('nor a message of any length', () => {
    const { logger, entries } = createSubject()
    logger.error({ event: 'failed', err: new Error('a'.repeat(10_000)) })
    const { message, stack } = entries()[0]?.['err'] as { message: string; stack: string[] }
    expect(message).toHaveLength(300)
    expect(stack.join()).not.toContain('aaaa')
  })

  test('an error says where it happened, and its code', () => {
    const { logger, entries } = createSubject()
    logger.error({ event: 'failed', err: Object.assign(new Error('gone'), { code: 'ECONNRESET' }) })
    expect(entries()[0]?.['err']).toMatchObject({ code: 'ECONNRESET', stack: expect.arrayContaining([]) as unknown })
  })
})

test('a logger of each room says which it is', () => {
  const lines: string[] = []
  const loggers = createLogger('info', { write: (line) => void lines.push(line) })
  const say = (logger: Logger) => logger.info({ event: 'x' })
  say(loggers('sessions'))
  say(loggers('http'))
  expect(lines.map((line) => (JSON.parse(line) as { room: string }).room)).toEqual(['sessions', 'http'])
})
