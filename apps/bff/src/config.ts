import { DEFAULT_SCOPES } from '@foyer/shared/platform/guest-api'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { readFormsFile, type FormsFile } from './forms.ts'
import { nearestOf } from './connectors/nearest.ts'
import { hostsOf, toPlatformDomain } from './connectors/platform-domain.ts'
import type { Retention } from './event-log/event-log.ts'
import { toLimits, type Limits } from './limits.ts'
import type { LogLevel } from './logger.ts'
import { isTrustworthy } from './middleware/client-address.ts'
import type { CookieReach } from './middleware/session-cookie.ts'
import { isLoopback, isSameSite, isSecureOrigin } from './origins.ts'
import { Secret } from './secret.ts'
import type { SessionLifetimes } from './sessions/session.ts'
import { KEY_BYTES } from './storage/sealing.ts'
import type { TracingOptions } from './telemetry/otlp-tracing.ts'

/** Everything Foyer is told from outside, read once and checked. docs/configuration.md explains each variable. */
export type Config = CommonConfig & (GuestApiConfig | WebMessagingConfig)

/** How the guest REST API is spoken to. */
export interface GuestApiConfig {
  readonly connector: 'guest-api'
  readonly clientId: string
  /** Absent for a public client. */
  readonly clientSecret: Secret | undefined
  readonly scopes: readonly string[]
}

/** How Web Messaging is spoken to. */
export interface WebMessagingConfig {
  readonly connector: 'web-messaging'
  readonly deploymentId: string
  /** What is sent as `Origin`; absent where the deployment lets everybody in. */
  readonly socketOrigin: string | undefined
  /** Host names pictures may come from, beside the platform's own. */
  readonly mediaHosts: readonly string[]
}

interface CommonConfig {
  readonly host: string
  readonly port: number
  /** Where metrics and health are for those who run Foyer; absent: nowhere. */
  readonly admin: { readonly host: string; readonly port: number } | undefined
  readonly publicUrl: string
  /** Origins of the pages that may frame the chat. */
  readonly embedOrigins: readonly string[]
  /** Cross-site as soon as one of those pages is of another site. */
  readonly cookieReach: CookieReach
  /** Addresses and networks of the proxies before Foyer, whose word on a client's address is taken. */
  readonly trustedProxies: readonly string[]
  /** Of the platform's REST API. */
  readonly platformOrigin: string
  /** Origins of the platform's hosts; one and the same where FOYER_PLATFORM_URL stands for all. */
  readonly hosts: { readonly api: string; readonly apiCdn: string; readonly webmessaging: string }
  /** The platform's domain, or its origin where that is all there is; for diagnoses. */
  readonly region: string
  /** A file, or `:memory:`. */
  readonly store: string
  /** Keys that seal what is stored, newest first. */
  readonly secrets: readonly Uint8Array[]
  readonly showDiagnosis: boolean
  readonly logLevel: LogLevel
  /** Absent: nothing is traced. */
  readonly tracing: TracingOptions | undefined
  readonly lifetimes: SessionLifetimes
  readonly retention: Retention
  readonly limits: Limits
  /** How long a process that is told to stop serves on, for a balancer to notice. */
  readonly stopNoticeMs: number
  readonly pageFolder: string
  /** What is asked before and after a chat. */
  readonly forms: FormsFile
}

/** One variable, or several, are not as they should be. `problems` has a sentence for each, without any secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

type Environment = Readonly<Record<string, string | undefined>>

const PLACEHOLDERS = new Set(['changeme', 'change-me', 'secret', 'password', 'password1', 'your-client-secret'])
const SECRETS = ['FOYER_CLIENT_SECRET', 'FOYER_SECRETS'] as const
const KNOWN = [
  'FOYER_ADMIN_HOST',
  'FOYER_ADMIN_PORT',
  'FOYER_PUBLIC_URL',
  'FOYER_EMBED_ORIGINS',
  'FOYER_TRUSTED_PROXIES',
  'FOYER_CONNECTOR',
  'FOYER_PLATFORM_DOMAIN',
  'FOYER_PLATFORM_URL',
  'FOYER_CLIENT_ID',
  'FOYER_SCOPES',
  'FOYER_DEPLOYMENT_ID',
  'FOYER_ORIGIN',
  'FOYER_MEDIA_HOSTS',
  'FOYER_FORMS',
  'FOYER_STORE',
  'FOYER_INSPECTOR',
  'FOYER_LOG_LEVEL',
  'FOYER_MESSAGES_PER_SECOND',
  'FOYER_REQUESTS_PER_ADDRESS',
  'FOYER_SESSIONS_PER_ADDRESS',
  'FOYER_SESSIONS_PER_SECOND',
  'FOYER_STREAMS',
  'FOYER_STREAMS_PER_ADDRESS',
  'FOYER_STOP_NOTICE_SECONDS',
  ...SECRETS.flatMap((name) => [name, `${name}_FILE`]),
]

const optional = (value: string | undefined) => (value === undefined || value === '' ? undefined : value)
const port = v.pipe(
  v.string(),
  v.regex(/^\d{1,5}$/, 'must be a port, 0 to 65535'),
  v.transform(Number),
  v.maxValue(65535, 'must be a port, 0 to 65535'),
)

/** A whole number in words, as environments have them. */
function wholeNumber(least: number, most: number) {
  const words = `must be a whole number from ${least} to ${most}`
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, words),
    v.transform(Number),
    v.minValue(least, words),
    v.maxValue(most, words),
  )
}

const Environment = v.object({
  HOST: v.optional(v.string(), '127.0.0.1'),
  PORT: v.optional(port, '4400'),
  FOYER_ADMIN_HOST: v.optional(v.string(), '127.0.0.1'),
  FOYER_ADMIN_PORT: v.optional(v.union([v.literal('off'), port], 'must be a port, 0 to 65535, or off'), '4401'),
  FOYER_PUBLIC_URL: v.optional(
    v.pipe(
      v.string(),
      v.check(isOrigin, 'must be an https origin such as https://chat.example.com; http only for localhost'),
    ),
  ),
  FOYER_EMBED_ORIGINS: v.optional(
    v.pipe(
      v.string(),
      v.transform((list) => list.split(',')),
      v.everyItem(
        isSecureOrigin,
        'must be exact https origins such as https://portal.example.com, separated by commas; http only for localhost',
      ),
    ),
  ),
  FOYER_TRUSTED_PROXIES: v.optional(
    v.pipe(
      v.string(),
      v.transform((list) => list.split(',')),
      v.everyItem(
        isTrustworthy,
        'must be addresses or networks such as 10.0.0.0/8, separated by commas, or loopback, linklocal, uniquelocal',
      ),
    ),
  ),
  FOYER_CONNECTOR: v.optional(
    v.picklist(['guest-api', 'web-messaging'], 'must be guest-api or web-messaging'),
    'guest-api',
  ),
  FOYER_PLATFORM_DOMAIN: v.optional(v.string()),
  FOYER_PLATFORM_URL: v.optional(
    v.pipe(v.string(), v.check(isOrigin, 'must be an https origin without a path; http only for a loopback address')),
  ),
  FOYER_CLIENT_ID: v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,200}$/, 'must be the id of an OAuth client'))),
  FOYER_DEPLOYMENT_ID: v.optional(
    v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,128}$/, 'must be the id of a Messenger deployment')),
  ),
  FOYER_ORIGIN: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(https?:\/\/)?[a-z0-9.-]+(:\d{1,5})?$/i, 'must be an origin such as https://example.com'),
    ),
  ),
  FOYER_MEDIA_HOSTS: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^[a-z0-9-]+(\.[a-z0-9-]+)+(,[a-z0-9-]+(\.[a-z0-9-]+)+)*$/,
        'must be host names in lower case, separated by commas',
      ),
    ),
  ),
  FOYER_CLIENT_SECRET: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (secret) => secret === 'none' || secret.length >= 16,
        'must have at least 16 characters, or be `none` for a public client',
      ),
      v.check((secret) => !PLACEHOLDERS.has(secret.toLowerCase()), 'is a placeholder'),
    ),
  ),
  FOYER_SCOPES: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'must be scopes separated by single spaces'),
    ),
    DEFAULT_SCOPES.join(' '),
  ),
  FOYER_FORMS: v.optional(v.string()),
  FOYER_STORE: v.optional(
    v.pipe(v.string(), v.regex(/^(sqlite:.+|memory:)$/, 'must be sqlite:<file> or memory:')),
    'sqlite:./data/foyer.db',
  ),
  FOYER_SECRETS: v.optional(
    v.pipe(
      v.string(),
      v.check((list) => list.split(',').every(isKey), 'must be keys of 32 bytes in base64url, separated by commas'),
    ),
  ),
  FOYER_INSPECTOR: v.optional(v.picklist(['on', 'off'], 'must be on or off')),
  FOYER_LOG_LEVEL: v.optional(
    v.picklist(['debug', 'info', 'warn', 'error', 'silent'], 'must be debug, info, warn, error or silent'),
    'info',
  ),
  FOYER_MESSAGES_PER_SECOND: v.optional(wholeNumber(1, 1_000), '2'),
  FOYER_REQUESTS_PER_ADDRESS: v.optional(wholeNumber(1, 100_000_000), '6000'),
  FOYER_SESSIONS_PER_ADDRESS: v.optional(wholeNumber(1, 1_000_000), '10'),
  FOYER_SESSIONS_PER_SECOND: v.optional(wholeNumber(1, 100_000), '50'),
  FOYER_STREAMS: v.optional(wholeNumber(1, 1_000_000), '10000'),
  FOYER_STREAMS_PER_ADDRESS: v.optional(wholeNumber(1, 1_000_000), '1000'),
  FOYER_STOP_NOTICE_SECONDS: v.optional(wholeNumber(0, 4), '0'),
  OTEL_EXPORTER_OTLP_ENDPOINT: v.optional(
    v.pipe(v.string(), v.check(isCollector, 'must be the http or https address of a collector, without credentials')),
  ),
  OTEL_TRACES_SAMPLER_ARG: v.optional(
    v.pipe(v.string(), v.regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a share, 0 to 1'), v.transform(Number)),
    '1',
  ),
})

/** The only reader of the environment. Throws ConfigError that names every wrong variable. May make the key file. */
export function readConfig(environment: Environment): Config {
  const problems = unknownVariables(environment)
  const given = Object.fromEntries(
    Object.keys(Environment.entries).map((name) => [name, readVariable(environment, name, problems)]),
  )
  const parsed = v.safeParse(Environment, given)
  for (const issue of parsed.issues ?? []) problems.push(`${v.getDotPath(issue) ?? ''} ${issue.message}`)
  problems.push(...missingFor(given))
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)

  const env = parsed.output
  const publicUrl = env.FOYER_PUBLIC_URL ?? `http://localhost:${env.PORT}`
  const store = env.FOYER_STORE === 'memory:' ? ':memory:' : env.FOYER_STORE.slice('sqlite:'.length)
  return Object.freeze({
    host: env.HOST,
    port: env.PORT,
    admin: env.FOYER_ADMIN_PORT === 'off' ? undefined : { host: env.FOYER_ADMIN_HOST, port: env.FOYER_ADMIN_PORT },
    publicUrl,
    ...readEmbedding(publicUrl, env.FOYER_EMBED_ORIGINS ?? []),
    trustedProxies: env.FOYER_TRUSTED_PROXIES ?? [],
    ...readPlatform(env),
    ...readConnector(env),
    store,
    secrets: env.FOYER_SECRETS?.split(',').map(toKey) ?? [keepKey(store)],
    showDiagnosis: env.FOYER_INSPECTOR === undefined ? isLoopback(publicUrl) : env.FOYER_INSPECTOR === 'on',
    logLevel: env.FOYER_LOG_LEVEL,
    tracing: readTracing(env),
    lifetimes: { idleMs: 30 * 60_000, absoluteMs: 12 * 3600_000 },
    retention: { maxAgeMs: 24 * 3600_000, maxEvents: 10_000 },
    limits: toLimits({
      messagesPerSecond: env.FOYER_MESSAGES_PER_SECOND,
      requestsPerAddressAndMinute: env.FOYER_REQUESTS_PER_ADDRESS,
      sessionsPerAddressAndMinute: env.FOYER_SESSIONS_PER_ADDRESS,
      sessionsPerSecond: env.FOYER_SESSIONS_PER_SECOND,
      streams: env.FOYER_STREAMS,
      streamsPerAddress: env.FOYER_STREAMS_PER_ADDRESS,
    }),
    stopNoticeMs: env.FOYER_STOP_NOTICE_SECONDS * 1_000,
    forms: readForms(env.FOYER_FORMS),
    pageFolder: fileURLToPath(new URL('../../web/dist', import.meta.url)),
  })
}

/** Derived, so that cookie and embedding cannot disagree. */
function readEmbedding(
  publicUrl: string,
  embedOrigins: readonly string[],
): Pick<Config, 'embedOrigins' | 'cookieReach'> {
  const unsafe = embedOrigins.find((origin) => isLoopback(origin) && !isLoopback(publicUrl))
  if (unsafe !== undefined) {
    throw new ConfigError([`FOYER_EMBED_ORIGINS names ${unsafe}, which only a FOYER_PUBLIC_URL on localhost may have`])
  }
  const isOneSite = embedOrigins.every((origin) => isSameSite(publicUrl, origin))
  return { embedOrigins, cookieReach: isOneSite ? 'same-site' : 'cross-site' }
}

function readForms(file: string | undefined): FormsFile {
  if (file === undefined) return {}
  const read = readFormsFile(file)
  if ('forms' in read) return read.forms
  throw new ConfigError(read.problems.map((problem) => `FOYER_FORMS: ${problem}`))
}

/** What each connector cannot do without. */
const NEEDED: Readonly<Record<Config['connector'], Readonly<Record<string, string>>>> = {
  'guest-api': {
    FOYER_CLIENT_ID: 'is missing: the id of the OAuth client that asks for guest tokens',
    FOYER_CLIENT_SECRET: 'is missing: the secret of the OAuth client, or `none` for a public client',
  },
  'web-messaging': { FOYER_DEPLOYMENT_ID: 'is missing: the id of the Messenger deployment' },
}

function missingFor(given: Readonly<Record<string, string | undefined>>): string[] {
  const needed = given['FOYER_CONNECTOR'] === 'web-messaging' ? NEEDED['web-messaging'] : NEEDED['guest-api']
  return Object.entries(needed).flatMap(([name, words]) => (given[name] === undefined ? [`${name} ${words}`] : []))
}

function readConnector(env: v.InferOutput<typeof Environment>): GuestApiConfig | WebMessagingConfig {
  if (env.FOYER_CONNECTOR === 'web-messaging') {
    return {
      connector: 'web-messaging',
      deploymentId: env.FOYER_DEPLOYMENT_ID ?? '',
      socketOrigin: env.FOYER_ORIGIN,
      mediaHosts: env.FOYER_MEDIA_HOSTS?.split(',') ?? [],
    }
  }
  return {
    connector: 'guest-api',
    clientId: env.FOYER_CLIENT_ID ?? '',
    clientSecret: toSecret(env.FOYER_CLIENT_SECRET),
    scopes: env.FOYER_SCOPES.split(' '),
  }
}

const toSecret = (value: string | undefined) =>
  value === undefined || value === 'none' ? undefined : new Secret(value)

function readTracing(env: v.InferOutput<typeof Environment>): TracingOptions | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = env
  return endpoint === undefined ? undefined : { endpoint: endpoint.replace(/\/+$/, ''), ratio }
}

/** A variable, or the content of the file its `_FILE` names. */
function readVariable(environment: Environment, name: string, problems: string[]): string | undefined {
  const file = optional(environment[`${name}_FILE`])
  const value = optional(environment[name])
  if (file === undefined || !SECRETS.some((secret) => secret === name)) return value
  if (value !== undefined) problems.push(`${name} and ${name}_FILE are both set; only one may be`)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    problems.push(`${name}_FILE names a file that cannot be read: ${file} (${reasonOf(error)})`)
    return undefined
  }
}

/** The system's word for it, such as ENOENT. */
const reasonOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'unknown'

function unknownVariables(environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('FOYER_') && !KNOWN.includes(name))
    .map((name) => {
      const nearest = nearestOf(name, KNOWN)
      return `${name} is not a variable of Foyer${nearest === undefined ? '' : `; did you mean ${nearest}?`}`
    })
}

function readPlatform(env: { FOYER_PLATFORM_DOMAIN?: string | undefined; FOYER_PLATFORM_URL?: string | undefined }) {
  const { FOYER_PLATFORM_DOMAIN: typed, FOYER_PLATFORM_URL: url } = env
  if (url !== undefined && typed === undefined) {
    const { origin } = new URL(url)
    const hosts = { api: origin, apiCdn: origin, webmessaging: origin.replace(/^http/, 'ws') }
    return { platformOrigin: origin, region: origin, hosts }
  }
  if (url !== undefined)
    throw new ConfigError(['FOYER_PLATFORM_DOMAIN and FOYER_PLATFORM_URL are both set; only one may be'])
  if (typed === undefined)
    throw new ConfigError([
      'FOYER_PLATFORM_DOMAIN is missing: a Genesys Cloud domain such as mypurecloud.com, or FOYER_PLATFORM_URL',
    ])
  const domain = toPlatformDomain(typed)
  if (!domain.ok) throw new ConfigError([`FOYER_PLATFORM_DOMAIN: ${domain.reason}`])
  const hosts = hostsOf(domain.domain)
  return { platformOrigin: hosts.api, region: domain.domain, hosts }
}

/** The key of an embedded store, made at the first start and kept beside it; a store in memory has one as short-lived. */
function keepKey(store: string): Uint8Array {
  if (store === ':memory:') return randomBytes(KEY_BYTES)
  const file = `${store}.key`
  try {
    if (existsSync(file)) return readKey(file)
    const key = randomBytes(KEY_BYTES)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${key.toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
    return key
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError([`FOYER_STORE: its key ${file} can be neither read nor made (${reasonOf(error)})`])
  }
}

function readKey(file: string): Uint8Array {
  const kept = readFileSync(file, 'utf8').trim()
  if (isKey(kept)) return toKey(kept)
  throw new ConfigError([
    `${file} does not hold a key of ${KEY_BYTES} bytes in base64url; set FOYER_SECRETS or restore it`,
  ])
}

const toKey = (text: string) => Buffer.from(text, 'base64url')
function isKey(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}=?$/.test(text) && toKey(text).length === KEY_BYTES
}

/** As people write it: with a slash at the end, perhaps. */
function isOrigin(value: string): boolean {
  return isSecureOrigin(value.replace(/\/$/, ''))
}

function isCollector(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === ''
}
