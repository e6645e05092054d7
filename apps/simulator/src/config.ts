import * as v from 'valibot'
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, SimulatorOptions } from './options.ts'

/** A variable that is not what it may be. The message names it, what it was, and what it may be. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

const NumberText = v.pipe(v.string(), v.regex(/^\d+(\.\d+)?$/, 'must be a number'), v.transform(Number))
const OnOff = v.pipe(
  v.picklist(['on', 'off'], 'must be on or off'),
  v.transform((word) => word === 'on'),
)
const Entries = SimulatorOptions.entries

/** One environment variable per option; the check of each is the option's own. */
const Environment = v.object({
  HOST: v.optional(v.string()),
  SIMULATOR_PORT: v.optional(v.pipe(NumberText, Entries.port.wrapped), '4410'),
  SIMULATOR_CLIENT_SECRET: v.optional(v.pipe(v.string(), v.minLength(1)), DEMO_CLIENT_SECRET),
  SIMULATOR_DEMO_AGENT: v.optional(OnOff, 'on'),
  SIMULATOR_GUEST_TTL_SECONDS: v.optional(v.pipe(NumberText, Entries.guestTtlSeconds.wrapped)),
  SIMULATOR_REFRESH_TTL_SECONDS: v.optional(v.pipe(NumberText, Entries.refreshTtlSeconds.wrapped)),
  SIMULATOR_REFRESH_TOKENS: v.optional(OnOff),
  SIMULATOR_SCOPE_POLICY: v.optional(Entries.scopePolicy),
  SIMULATOR_SCOPE_DIALECT: v.optional(Entries.insufficientScopeDialect),
  SIMULATOR_GUEST_IDENTITY: v.optional(Entries.guestIdentity),
  SIMULATOR_RATE_LIMIT_PER_MINUTE: v.optional(v.pipe(NumberText, Entries.rateLimitPerMinute.wrapped)),
  SIMULATOR_RECEIVE: v.optional(Entries.receive),
})

/** Options from environment variables. An empty one counts as not set. Throws ConfigError. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): SimulatorOptions {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = v.safeParse(Environment, set)
  if (!parsed.success) throw toConfigError(parsed.issues[0], set)
  return toOptions(parsed.output)
}

function toOptions(variables: v.InferOutput<typeof Environment>): SimulatorOptions {
  const [demoClient, ...otherClients] = v.getDefaults(SimulatorOptions).clients ?? []
  return {
    host: variables.HOST,
    port: variables.SIMULATOR_PORT,
    demoAgent: variables.SIMULATOR_DEMO_AGENT,
    guestTtlSeconds: variables.SIMULATOR_GUEST_TTL_SECONDS,
    refreshTtlSeconds: variables.SIMULATOR_REFRESH_TTL_SECONDS,
    issueRefreshToken: variables.SIMULATOR_REFRESH_TOKENS,
    scopePolicy: variables.SIMULATOR_SCOPE_POLICY,
    insufficientScopeDialect: variables.SIMULATOR_SCOPE_DIALECT,
    guestIdentity: variables.SIMULATOR_GUEST_IDENTITY,
    rateLimitPerMinute: variables.SIMULATOR_RATE_LIMIT_PER_MINUTE,
    receive: variables.SIMULATOR_RECEIVE,
    clients: [{ ...demoClient, id: DEMO_CLIENT_ID, secret: variables.SIMULATOR_CLIENT_SECRET }, ...otherClients],
  }
}

function toConfigError(issue: v.BaseIssue<unknown>, set: Readonly<Record<string, unknown>>): ConfigError {
  const name = v.getDotPath(issue) ?? ''
  const was = name.includes('SECRET') ? '' : ` is ${JSON.stringify(set[name])}`
  return new ConfigError(`${name}${was}: ${issue.message}`)
}
