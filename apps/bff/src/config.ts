import { fileURLToPath } from 'node:url'
import { ConfigError } from './config-error.ts'
import { hostsOf, toPlatformDomain } from './connectors/platform-domain.ts'
import { readEnvironment, type Environment, type Variables } from './environment.ts'
import type { Retention } from './event-log/event-log.ts'
import { readFormsFile, type FormsFile } from './forms.ts'
import { toLimits, type Limits } from './limits.ts'
import type { LogLevel } from './logger.ts'
import type { CookieReach } from './middleware/session-cookie.ts'
import { isLoopback, isSameSite } from './origins.ts'
import { keepKey, toKey } from './sealing-keys.ts'
import { Secret } from './secret.ts'
import type { SessionLifetimes } from './sessions/session.ts'
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

/** The only reader of the environment. Throws ConfigError that names every wrong variable. May make the key file. */
export function readConfig(variables: Variables): Config {
  const env = readEnvironment(variables)
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

function readConnector(env: Environment): GuestApiConfig | WebMessagingConfig {
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

function readTracing(env: Environment): TracingOptions | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = env
  return endpoint === undefined ? undefined : { endpoint: endpoint.replace(/\/+$/, ''), ratio }
}

function readPlatform(env: Environment) {
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
