import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder, newKey } from '../test/support/stores.ts'
import { readConfig, type Config } from './config.ts'
import { ConfigError } from './config-error.ts'
import { describeConfig } from './describe-config.ts'
import { MAX_CONNECTIONS, MAX_STREAMS } from './server-limits.ts'

const SECRET = 'CANARY-secret-of-the-client'
const GOOD = {
  FOYER_PLATFORM_DOMAIN: 'mypurecloud.de',
  FOYER_CLIENT_ID: 'eb2243d8-1bf4-4401-a290-45bfbbe7c828',
  FOYER_CLIENT_SECRET: SECRET,
  FOYER_STORE: 'memory:',
}
const toText = (key: Uint8Array) => Buffer.from(key).toString('base64url')

const secretOf = (config: Config) => (config.connector === 'guest-api' ? config.clientSecret?.reveal() : undefined)

const read = (change: Record<string, string | undefined> = {}) => readConfig({ ...GOOD, ...change })

/** The sentences of the refusal. */
function problemsOf(change: Record<string, string | undefined>): readonly string[] {
  try {
    read(change)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  throw new Error('was accepted')
}

describe('for those who run it', () => {
  test('there is a port of its own, on this machine alone', () => {
    expect(read().admin).toEqual({ host: '127.0.0.1', port: 4401 })
    const change = { FOYER_ADMIN_HOST: '0.0.0.0', FOYER_ADMIN_PORT: '9090' }
    expect(read(change).admin).toEqual({ host: '0.0.0.0', port: 9090 })
    expect(read({ FOYER_ADMIN_PORT: 'off' }).admin).toBeUndefined()
  })

  test.each(['on', '65536', '-1', ' 4401'])('which is not %s', (FOYER_ADMIN_PORT) => {
    expect(problemsOf({ FOYER_ADMIN_PORT })).toMatchObject([
      expect.stringMatching(/^FOYER_ADMIN_PORT must be a port, 0 to 65535/),
    ])
  })

  test('nothing is traced, until a collector is named', () => {
    expect(read().tracing).toBeUndefined()
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318/'
    expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT }).tracing).toEqual({ endpoint: 'http://collector:4318', ratio: 1 })
    const some = read({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER_ARG: '0.05' })
    expect(some.tracing).toMatchObject({ ratio: 0.05 })
  })

  test.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://key@collector.example.com'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://collector.example.com/?api-key=1'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', 'all'],
  ])('%s is not %s', (name, value) => {
    expect(problemsOf({ [name]: value })).toMatchObject([expect.stringContaining(name)])
    expect(problemsOf({ [name]: value }).join()).not.toContain('key@')
  })

  test.each(['guest-api', 'web-messaging'])('the %s start says what is set, and no secret of it', (FOYER_CONNECTOR) => {
    const keys = [newKey(), newKey()].map(toText)
    const config = read({ FOYER_CONNECTOR, FOYER_DEPLOYMENT_ID: 'deployment-1', FOYER_SECRETS: keys.join(',') })
    const said = JSON.stringify(describeConfig(config))
    for (const secret of [SECRET, ...keys]) expect(said).not.toContain(secret)
    expect(describeConfig(config)).toMatchObject({ port: 4400, connector: FOYER_CONNECTOR, sealingKeys: 2 })
    expect(JSON.stringify(config)).not.toContain(SECRET)
  })
})

describe('what is not set', () => {
  test('has a default that works on this machine alone', () => {
    expect(read()).toMatchObject({
      ...{
        host: '127.0.0.1',
        port: 4400,
        publicUrl: 'http://localhost:4400',
        connector: 'guest-api',
        store: ':memory:',
      },
      ...{ scopes: ['messaging:conversation:write', 'messaging:guest:send'], logLevel: 'info', showDiagnosis: true },
    })
  })

  test('may also be set to nothing', () => {
    expect(read({ HOST: '', PORT: '', FOYER_SCOPES: '', FOYER_INSPECTOR: '' })).toEqual({
      ...read(),
      secrets: expect.anything() as unknown,
    })
  })

  test('cannot be changed later', () => {
    expect(Object.isFrozen(read())).toBe(true)
  })
})

describe('limits', () => {
  const LIMITS = {
    FOYER_MESSAGES_PER_SECOND: '5',
    FOYER_REQUESTS_PER_ADDRESS: '90000',
    FOYER_SESSIONS_PER_ADDRESS: '300',
    FOYER_SESSIONS_PER_SECOND: '80',
    FOYER_STREAMS: '5000',
    FOYER_STREAMS_PER_ADDRESS: '4000',
  }

  test('are taken', () => {
    const { requests, streams } = read(LIMITS).limits
    expect(requests.messages).toMatchObject({ quota: 15, windowSeconds: 3 })
    expect(requests.addressRequests).toMatchObject({ quota: 90_000, windowSeconds: 60 })
    expect(requests.addressSessions).toMatchObject({ quota: 300, windowSeconds: 60 })
    expect(requests.allSessions).toMatchObject({ quota: 80, windowSeconds: 1 })
    expect(streams).toMatchObject({ perSession: 16, perAddress: 4_000, inAll: 5_000 })
  })

  test.each(Object.keys(LIMITS))('%s must be a whole number', (name) => {
    for (const wrong of ['0', '-1', '1.5', 'many', '9999999999']) {
      expect(problemsOf({ [name]: wrong })).toMatchObject([
        expect.stringMatching(new RegExp(`^${name} must be a whole number from 1 to \\d+$`)),
      ])
    }
  })

  test('the time for a balancer is at most four seconds', () => {
    expect(read({ FOYER_STOP_NOTICE_SECONDS: '4' }).stopNoticeMs).toBe(4_000)
    expect(problemsOf({ FOYER_STOP_NOTICE_SECONDS: '5' })).toEqual([
      'FOYER_STOP_NOTICE_SECONDS must be a whole number from 0 to 4',
    ])
  })
})

describe('what is set', () => {
  test('is taken', () => {
    const key = newKey()
    const config = read({
      ...{ HOST: '0.0.0.0', PORT: '8080', FOYER_PUBLIC_URL: 'https://chat.example.com', FOYER_LOG_LEVEL: 'debug' },
      ...{ FOYER_SCOPES: 'a:b c:d', FOYER_STORE: 'sqlite:/data/x.db', FOYER_SECRETS: toText(key) },
    })
    expect(config).toMatchObject({
      ...{ host: '0.0.0.0', port: 8080, publicUrl: 'https://chat.example.com', logLevel: 'debug' },
      ...{ scopes: ['a:b', 'c:d'], store: '/data/x.db', showDiagnosis: false },
    })
    expect(secretOf(config)).toBe(SECRET)
    expect(config.secrets.map(toText)).toEqual([toText(key)])
  })

  test('keeps the order of the keys, newest first', () => {
    const keys = [toText(newKey()), toText(newKey()), toText(newKey())]
    expect(read({ FOYER_SECRETS: keys.join(',') }).secrets.map(toText)).toEqual(keys)
  })

  test('of others is nobody’s concern', () => {
    expect(() => read({ PATH: '/bin', NODE_ENV: 'production', FOYERS: 'x' })).not.toThrow()
  })

  test.each([
    ['on', 'https://chat.example.com', true],
    ['off', 'http://localhost:4400', false],
    [undefined, 'https://chat.example.com', false],
    [undefined, 'http://127.0.0.1:4400', true],
    [undefined, 'http://[::1]:4400', true],
  ])('inspector %s at %s: diagnosis is shown: %s', (FOYER_INSPECTOR, FOYER_PUBLIC_URL, shown) => {
    expect(read({ FOYER_INSPECTOR, FOYER_PUBLIC_URL }).showDiagnosis).toBe(shown)
  })

  test('the secret `none` means a public client', () => {
    expect(read({ FOYER_CLIENT_SECRET: 'none' })).toMatchObject({ clientSecret: undefined })
  })
})

describe('S9, S50 who may frame the chat decides how far its cookie reaches', () => {
  const chat = { FOYER_PUBLIC_URL: 'https://chat.example.com' }
  test.each([
    ['nobody', undefined, [], 'same-site'],
    ['a sibling', 'https://portal.example.com', ['https://portal.example.com'], 'same-site'],
    ['another site', 'https://shop.example.org', ['https://shop.example.org'], 'cross-site'],
    [
      'a sibling and another site',
      'https://portal.example.com,https://shop.example.org:8443',
      ['https://portal.example.com', 'https://shop.example.org:8443'],
      'cross-site',
    ],
  ])('%s', (_, FOYER_EMBED_ORIGINS, embedOrigins, cookieReach) => {
    expect(read({ ...chat, FOYER_EMBED_ORIGINS })).toMatchObject({ embedOrigins, cookieReach })
  })

  test('a page on this machine may frame a chat on this machine', () => {
    expect(read({ FOYER_EMBED_ORIGINS: 'http://localhost:3000' })).toMatchObject({ cookieReach: 'same-site' })
    expect(read({ FOYER_EMBED_ORIGINS: 'http://127.0.0.1:3000' })).toMatchObject({ cookieReach: 'cross-site' })
    expect(problemsOf({ ...chat, FOYER_EMBED_ORIGINS: 'http://localhost:3000' })).toEqual([
      'FOYER_EMBED_ORIGINS names http://localhost:3000, which only a FOYER_PUBLIC_URL on localhost may have',
    ])
  })

  test.each([
    ...['*', 'https://*.example.com', 'https:', 'http://portal.example.com', 'portal.example.com', "'self'", 'null'],
    ...['https://portal.example.com/', 'https://a.example https://b.example', 'https://a.example,', 'https://a;x'],
  ])('but nobody like %j', (FOYER_EMBED_ORIGINS) => {
    const problems = problemsOf({ ...chat, FOYER_EMBED_ORIGINS })
    expect(problems).toEqual([expect.stringMatching(/^FOYER_EMBED_ORIGINS must be exact https origins/)])
  })
})

describe('S40 the proxies that are believed', () => {
  test('are nobody, or those that are named', () => {
    expect(read().trustedProxies).toEqual([])
    const FOYER_TRUSTED_PROXIES = '10.0.0.0/8,::1,loopback'
    expect(read({ FOYER_TRUSTED_PROXIES }).trustedProxies).toEqual(['10.0.0.0/8', '::1', 'loopback'])
  })

  test.each(['true', '*', '1', '10.0.0.0/33', 'proxy.example.com', '0.0.0.0/0', '10.0.0.1,'])(
    'are not %j',
    (FOYER_TRUSTED_PROXIES) => {
      const problems = problemsOf({ FOYER_TRUSTED_PROXIES })
      expect(problems).toEqual([expect.stringMatching(/^FOYER_TRUSTED_PROXIES must be addresses or networks/)])
    },
  )
})

describe('Web Messaging', () => {
  const WEB = { FOYER_CLIENT_ID: undefined, FOYER_CLIENT_SECRET: undefined, FOYER_CONNECTOR: 'web-messaging' }

  test('needs the id of a deployment and no client', () => {
    expect(read({ ...WEB, FOYER_DEPLOYMENT_ID: 'd-1' })).toMatchObject({
      ...{ connector: 'web-messaging', deploymentId: 'd-1', socketOrigin: undefined, mediaHosts: [] },
      hosts: { webmessaging: 'wss://webmessaging.mypurecloud.de', apiCdn: 'https://api-cdn.mypurecloud.de' },
    })
    expect(problemsOf(WEB)).toEqual(['FOYER_DEPLOYMENT_ID is missing: the id of the Messenger deployment'])
  })

  test('takes one origin for all hosts, an Origin, and hosts of pictures', () => {
    const change = { FOYER_PLATFORM_DOMAIN: undefined, FOYER_PLATFORM_URL: 'http://127.0.0.1:4410' }
    const more = { FOYER_ORIGIN: 'https://shop.example', FOYER_MEDIA_HOSTS: 'a.example,b.example' }
    expect(read({ ...WEB, ...change, ...more, FOYER_DEPLOYMENT_ID: 'd-1' })).toMatchObject({
      ...{ socketOrigin: 'https://shop.example', mediaHosts: ['a.example', 'b.example'] },
      hosts: { api: 'http://127.0.0.1:4410', webmessaging: 'ws://127.0.0.1:4410' },
    })
  })

  test.each([
    ['FOYER_DEPLOYMENT_ID', 'no/path'],
    ['FOYER_ORIGIN', 'https://shop.example/path'],
    ['FOYER_MEDIA_HOSTS', 'https://a.example'],
    ['FOYER_MEDIA_HOSTS', '*'],
  ])('%s=%s is refused by name', (name, value) => {
    expect(problemsOf({ ...WEB, FOYER_DEPLOYMENT_ID: 'd-1', [name]: value })).toEqual([expect.stringContaining(name)])
  })
})

describe('the platform', () => {
  test.each([
    'mypurecloud.de',
    'MyPureCloud.DE',
    ' mypurecloud.de ',
    'https://apps.mypurecloud.de/directory/#/login',
    'api.mypurecloud.de',
    'login.mypurecloud.de',
    'eu-central-1',
    'eu_central_1',
  ])('may be written %j', (FOYER_PLATFORM_DOMAIN) => {
    expect(read({ FOYER_PLATFORM_DOMAIN })).toMatchObject({
      platformOrigin: 'https://api.mypurecloud.de',
      region: 'mypurecloud.de',
    })
  })

  test.each([
    ['http://127.0.0.1:4410', 'http://127.0.0.1:4410'],
    ['http://localhost:4410/', 'http://localhost:4410'],
    ['http://[::1]:4410', 'http://[::1]:4410'],
    ['https://gateway.example.com', 'https://gateway.example.com'],
  ])('may be one origin for all: %s', (FOYER_PLATFORM_URL, platformOrigin) => {
    expect(read({ FOYER_PLATFORM_DOMAIN: undefined, FOYER_PLATFORM_URL })).toMatchObject({ platformOrigin })
  })
})

describe('a wrong value stops the start with its name, and without any secret', () => {
  const bad: [string, Record<string, string | undefined>, RegExp][] = [
    ['a port that is a word', { PORT: 'http' }, /^PORT must be a port/],
    ['a port beyond the last', { PORT: '65536' }, /^PORT must be a port/],
    ['a negative port', { PORT: '-1' }, /^PORT must be a port/],
    ['a port with a fraction', { PORT: '80.5' }, /^PORT must be a port/],
    ['a public address without TLS', { FOYER_PUBLIC_URL: 'http://chat.example.com' }, /^FOYER_PUBLIC_URL must be/],
    ['a public address with a path', { FOYER_PUBLIC_URL: 'https://example.com/chat' }, /^FOYER_PUBLIC_URL must be/],
    ['a public address with a user', { FOYER_PUBLIC_URL: 'https://a@example.com' }, /^FOYER_PUBLIC_URL must be/],
    ['a public address with a wildcard', { FOYER_PUBLIC_URL: 'https://*.example.com' }, /^FOYER_PUBLIC_URL must be/],
    ['a public address that is none', { FOYER_PUBLIC_URL: 'chat.example.com' }, /^FOYER_PUBLIC_URL must be/],
    ['a file as public address', { FOYER_PUBLIC_URL: 'file:///localhost' }, /^FOYER_PUBLIC_URL must be/],
    ['ftp to this machine as public address', { FOYER_PUBLIC_URL: 'ftp://localhost' }, /^FOYER_PUBLIC_URL must be/],
    ['an unknown connector', { FOYER_CONNECTOR: 'telepathy' }, /^FOYER_CONNECTOR must be/],
    ['no client', { FOYER_CLIENT_ID: undefined }, /^FOYER_CLIENT_ID is missing/],
    ['a client with a space', { FOYER_CLIENT_ID: 'a b' }, /^FOYER_CLIENT_ID must be/],
    ['a client with a line end', { FOYER_CLIENT_ID: 'a\r\nX: y' }, /^FOYER_CLIENT_ID must be/],
    ['no secret', { FOYER_CLIENT_SECRET: undefined }, /^FOYER_CLIENT_SECRET is missing/],
    ['a secret too short', { FOYER_CLIENT_SECRET: 'CANARY' }, /^FOYER_CLIENT_SECRET must have at least 16/],
    ['a secret that is none', { FOYER_CLIENT_SECRET: 'your-client-secret' }, /^FOYER_CLIENT_SECRET is a placeholder/],
    ['scopes with commas and spaces', { FOYER_SCOPES: 'a,  b' }, /^FOYER_SCOPES must be/],
    ['scopes with quotes', { FOYER_SCOPES: '"a b"' }, /^FOYER_SCOPES must be/],
    ['a store nobody knows', { FOYER_STORE: 'postgres://x' }, /^FOYER_STORE must be/],
    ['a store without a file', { FOYER_STORE: 'sqlite:' }, /^FOYER_STORE must be/],
    ['keys too short', { FOYER_SECRETS: 'CANARY' }, /^FOYER_SECRETS must be keys of 32 bytes/],
    ['one key of two too short', { FOYER_SECRETS: `${toText(newKey())},CANARY` }, /^FOYER_SECRETS must be/],
    ['keys with a comma at the end', { FOYER_SECRETS: `${toText(newKey())},` }, /^FOYER_SECRETS must be/],
    ['an inspector that is neither on nor off', { FOYER_INSPECTOR: 'yes' }, /^FOYER_INSPECTOR must be on or off/],
    ['a level of logging nobody knows', { FOYER_LOG_LEVEL: 'loud' }, /^FOYER_LOG_LEVEL must be/],
    ['no platform', { FOYER_PLATFORM_DOMAIN: undefined }, /^FOYER_PLATFORM_DOMAIN is missing/],
    ['a platform mistyped', { FOYER_PLATFORM_DOMAIN: 'mypurecloud.dee' }, /^FOYER_PLATFORM_DOMAIN.*mypurecloud\.de/],
    ['a platform nobody knows', { FOYER_PLATFORM_DOMAIN: 'example.com' }, /^FOYER_PLATFORM_DOMAIN/],
    ['a domain that only looks like it', { FOYER_PLATFORM_DOMAIN: 'evilmypurecloud.de' }, /^FOYER_PLATFORM_DOMAIN/],
    ['two platforms', { FOYER_PLATFORM_URL: 'https://a.example' }, /^FOYER_PLATFORM_DOMAIN and FOYER_PLATFORM_URL/],
  ]
  const urls = [
    'http://platform.example.com',
    'https://a.example/api',
    'https://u:p@a.example',
    'a.example',
    'ftp://localhost',
  ]

  test.each([
    ...bad,
    ...urls.map((FOYER_PLATFORM_URL): (typeof bad)[number] => [
      `the platform at ${FOYER_PLATFORM_URL}`,
      { FOYER_PLATFORM_DOMAIN: undefined, FOYER_PLATFORM_URL },
      /^FOYER_PLATFORM_URL must be/,
    ]),
  ])('%s', (_, change, sentence) => {
    const problems = problemsOf(change)
    expect(problems).toEqual([expect.stringMatching(sentence)])
    expect(problems.join()).not.toContain('CANARY')
  })

  test('several at once, each with its own sentence', () => {
    const problems = problemsOf({ PORT: 'x', FOYER_LOG_LEVEL: 'x', FOYER_CLIENT_ID: undefined })
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['PORT', 'FOYER_LOG_LEVEL', 'FOYER_CLIENT_ID'])
  })

  test.each([
    ['FOYER_CLIENT_SECRT', 'FOYER_CLIENT_SECRET'],
    ['FOYER_PLATFORM_DOMIAN', 'FOYER_PLATFORM_DOMAIN'],
    ['FOYER_SCOPE', 'FOYER_SCOPES'],
  ])('a variable nobody reads, %s, with the one that was meant', (name, meant) => {
    expect(problemsOf({ [name]: 'CANARY' })).toEqual([`${name} is not a variable of Foyer; did you mean ${meant}?`])
  })

  test('a variable that is like none', () => {
    expect(problemsOf({ FOYER_QQQQQQQQQQQQQQQQ: 'x' })).toEqual(['FOYER_QQQQQQQQQQQQQQQQ is not a variable of Foyer'])
  })
})

describe('a secret in a file', () => {
  const keepIn = (content: string) => {
    const file = join(makeFolder(), 'secret')
    writeFileSync(file, content)
    return file
  }

  test('is read without the line end it was written with', () => {
    const change = { FOYER_CLIENT_SECRET: undefined, FOYER_CLIENT_SECRET_FILE: keepIn(`${SECRET}\n`) }
    expect(secretOf(read(change))).toBe(SECRET)
  })

  test('may be the keys', () => {
    const keys = [toText(newKey()), toText(newKey())]
    expect(read({ FOYER_SECRETS_FILE: keepIn(keys.join(',')) }).secrets.map(toText)).toEqual(keys)
  })

  test('is refused beside the variable itself', () => {
    expect(problemsOf({ FOYER_CLIENT_SECRET_FILE: keepIn(SECRET) })).toEqual([
      'FOYER_CLIENT_SECRET and FOYER_CLIENT_SECRET_FILE are both set; only one may be',
    ])
  })

  test.each([
    ['is not there', () => join(makeFolder(), 'nothing')],
    ['is a folder', () => makeFolder()],
    ['is empty', () => keepIn('\n')],
    ['holds a secret too short', () => keepIn('CANARY')],
  ])('is refused when it %s', (_, file) => {
    const problems = problemsOf({ FOYER_CLIENT_SECRET: undefined, FOYER_CLIENT_SECRET_FILE: file() })
    expect(problems.length).toBeGreaterThan(0)
    for (const problem of problems) expect(problem).toMatch(/^FOYER_CLIENT_SECRET/)
    expect(problems.join()).not.toContain('CANARY')
  })

  test('exists for secrets only', () => {
    expect(problemsOf({ FOYER_SCOPES_FILE: keepIn('a') })[0]).toMatch(/^FOYER_SCOPES_FILE is not a variable/)
  })
})

describe('the key of an embedded store', () => {
  test('is made at the first start, for its owner alone, and used again', () => {
    const store = join(makeFolder(), 'data', 'foyer.db')
    const FOYER_STORE = `sqlite:${store}`
    const [first] = read({ FOYER_STORE }).secrets
    const [second] = read({ FOYER_STORE }).secrets
    expect(first).toHaveLength(32)
    expect(second).toEqual(first)
    expect(statSync(`${store}.key`).mode & 0o777).toBe(0o600)
    expect(readFileSync(`${store}.key`, 'utf8').trim()).toBe(toText(first ?? new Uint8Array()))
  })

  test('is not made where keys are given', () => {
    const store = join(makeFolder(), 'foyer.db')
    read({ FOYER_STORE: `sqlite:${store}`, FOYER_SECRETS: toText(newKey()) })
    expect(() => statSync(`${store}.key`)).toThrow('ENOENT')
  })

  test('that is damaged is named, not replaced: what it sealed would be lost', () => {
    const store = join(makeFolder(), 'foyer.db')
    writeFileSync(`${store}.key`, 'CANARY')
    expect(problemsOf({ FOYER_STORE: `sqlite:${store}` })).toEqual([
      expect.stringContaining(`${store}.key does not hold`),
    ])
    expect(readFileSync(`${store}.key`, 'utf8')).toBe('CANARY')
  })

  test('that cannot be read is named', () => {
    const store = join(makeFolder(), 'foyer.db')
    mkdirSync(`${store}.key`)
    expect(problemsOf({ FOYER_STORE: `sqlite:${store}` })).toEqual([expect.stringContaining(`${store}.key`)])
  })

  test('is another at every start where nothing is kept', () => {
    expect(read().secrets).not.toEqual(read().secrets)
  })
})

test('no more streams are taken from the configuration than the server has connections for', () => {
  const streams = String(MAX_STREAMS + 1)
  expect(MAX_STREAMS).toBeLessThan(MAX_CONNECTIONS)
  expect(problemsOf({ FOYER_STREAMS: streams })).toEqual([
    `FOYER_STREAMS must be a whole number from 1 to ${MAX_STREAMS}`,
  ])
})
