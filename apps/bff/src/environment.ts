import { DEFAULT_SCOPES } from '@foyer/shared/platform/guest-api'
import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { ConfigError, reasonOf } from './config-error.ts'
import { nearestOf } from './connectors/nearest.ts'
import { isTrustworthy } from './middleware/client-address.ts'
import { isSecureOrigin } from './origins.ts'
import { isKey } from './sealing-keys.ts'
import { MAX_STREAMS } from './server-limits.ts'

/** Variables of a process; an empty one is none. */
export type Variables = Readonly<Record<string, string | undefined>>
/** What Foyer is told, each variable checked for itself. */
export type Environment = v.InferOutput<typeof Environment>

const PLACEHOLDERS = new Set(['changeme', 'change-me', 'secret', 'password', 'password1', 'your-client-secret'])
/** Of these the content of a file may be taken, named by `…_FILE`. */
const SECRETS = ['FOYER_CLIENT_SECRET', 'FOYER_SECRETS'] as const
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
  FOYER_STREAMS: v.optional(wholeNumber(1, MAX_STREAMS), '10000'),
  FOYER_STREAMS_PER_ADDRESS: v.optional(wholeNumber(1, MAX_STREAMS), '1000'),
  FOYER_STOP_NOTICE_SECONDS: v.optional(wholeNumber(0, 4), '0'),
  OTEL_EXPORTER_OTLP_ENDPOINT: v.optional(
    v.pipe(v.string(), v.check(isCollector, 'must be the http or https address of a collector, without credentials')),
  ),
  OTEL_TRACES_SAMPLER_ARG: v.optional(
    v.pipe(v.string(), v.regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a share, 0 to 1'), v.transform(Number)),
    '1',
  ),
})

/** Variables with what each connector cannot do without. Throws ConfigError that names every wrong one. */
export function readEnvironment(variables: Variables): Environment {
  const problems = unknownVariables(variables)
  const given = Object.fromEntries(
    Object.keys(Environment.entries).map((name) => [name, readVariable(variables, name, problems)]),
  )
  const parsed = v.safeParse(Environment, given)
  for (const issue of parsed.issues ?? []) problems.push(`${v.getDotPath(issue) ?? ''} ${issue.message}`)
  problems.push(...missingFor(given))
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  return parsed.output
}

/** What each connector cannot do without. */
const NEEDED: Readonly<Record<'guest-api' | 'web-messaging', Readonly<Record<string, string>>>> = {
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

/** A variable, or the content of the file its `_FILE` names. */
function readVariable(variables: Variables, name: string, problems: string[]): string | undefined {
  const file = optional(variables[`${name}_FILE`])
  const value = optional(variables[name])
  if (file === undefined || !SECRETS.some((secret) => secret === name)) return value
  if (value !== undefined) problems.push(`${name} and ${name}_FILE are both set; only one may be`)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    problems.push(`${name}_FILE names a file that cannot be read: ${file} (${reasonOf(error)})`)
    return undefined
  }
}

function unknownVariables(variables: Variables): string[] {
  const known = [...Object.keys(Environment.entries), ...SECRETS.map((name) => `${name}_FILE`)]
  return Object.keys(variables)
    .filter((name) => name.startsWith('FOYER_') && !known.includes(name))
    .map((name) => {
      const nearest = nearestOf(name, known)
      return `${name} is not a variable of Foyer${nearest === undefined ? '' : `; did you mean ${nearest}?`}`
    })
}

/** As people write it: with a slash at the end, perhaps. */
function isOrigin(value: string): boolean {
  return isSecureOrigin(value.replace(/\/$/, ''))
}

function isCollector(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === ''
}
