import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { systemClock } from '../clock.ts'
import { readConfig, type Config } from '../config.ts'
import { ConfigError } from '../config-error.ts'
import { createLogger } from '../logger.ts'
import { isWell, renderStep, renderSummary, type Style } from './report.ts'
import { runChecks, type StepReport } from './run-checks.ts'

const HELP = `Checks Foyer's configuration against the platform, step by step.

  npm run doctor -- [--send] [--json]

  --send   sends one message in the conversation it opens
  --json   the report as JSON
  --help   this text

It asks for a guest token, opens a conversation named "Foyer doctor", ends it,
and gives the token back. An agent may see the conversation come and go.
Exit code 0: nothing failed. 1: something did.
docs/configuration.md explains each variable.
`

const NOTHING_SET = `Nothing is configured: no variable that begins with FOYER_ is set, here or in .env.
Copy .env.example to .env and fill it in; see docs/configuration.md.

To check the demo, let \`npm start\` run in another terminal, then:

  FOYER_PLATFORM_URL=http://127.0.0.1:4410 \\
  FOYER_CLIENT_ID=eb2243d8-1bf4-4401-a290-45bfbbe7c828 \\
  FOYER_CLIENT_SECRET=example-secret-not-real \\
  npm run doctor
`

process.exitCode = await main()

async function main(): Promise<0 | 1> {
  const flags = readFlags()
  if (flags === undefined) return 1
  if (flags.help) return print(HELP, 0)
  if (process.env['NODE_ENV'] !== 'production' && existsSync('.env')) process.loadEnvFile('.env')
  const config = readConfigOrExplain(flags.json)
  return config === undefined ? 1 : check(config, flags)
}

async function check(config: Config, { send, json }: Flags): Promise<0 | 1> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const logger = createLogger('silent')('doctor')
  const style = readStyle()
  const { connector, platformOrigin } = config
  const steps: StepReport[] = []
  if (!json) print(`Foyer (${connector}) and the platform at ${platformOrigin}\n\n`)
  for await (const step of runChecks({ config, clock: systemClock, logger, send, signal: stop.signal })) {
    steps.push(step)
    if (!json) print(renderStep(step, style))
  }
  const ok = isWell(steps)
  print(json ? toJson({ ok, connector, platform: platformOrigin, steps }) : renderSummary(steps, style))
  return ok ? 0 : 1
}

interface Flags {
  readonly send: boolean
  readonly json: boolean
  readonly help: boolean
}

function readFlags(): Flags | undefined {
  const flag = { type: 'boolean', default: false } as const
  // `pnpm run doctor -- --send` hands the dashes on, `npm run` does not.
  const args = process.argv.slice(2).filter((word) => word !== '--')
  try {
    return parseArgs({ args, options: { send: flag, json: flag, help: { ...flag, short: 'h' } } }).values
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`)
    return undefined
  }
}

function readConfigOrExplain(json: boolean): Config | undefined {
  if (!Object.keys(process.env).some((name) => name.startsWith('FOYER_'))) {
    print(json ? toJson({ ok: false, problems: ['nothing is configured'] }) : NOTHING_SET)
    return undefined
  }
  try {
    return readConfig(withoutStore(process.env))
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const { problems } = error
    print(json ? toJson({ ok: false, problems }) : `The configuration is not right:\n${lines(problems)}`)
    return undefined
  }
}

/** The store is not looked at, and the key that Foyer makes for it at its first start is not made by the doctor. */
function withoutStore(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isFile = environment['FOYER_STORE']?.startsWith('sqlite:') ?? true
  return isFile ? { ...environment, FOYER_STORE: 'memory:' } : environment
}

function readStyle(): Style {
  const { isTTY, columns = 80 } = process.stdout
  return { width: Math.max(60, Math.min(columns, 80)), colour: isTTY && !process.env['NO_COLOR'] }
}

function print(text: string, code: 0 | 1 = 0): 0 | 1 {
  process.stdout.write(text)
  return code
}

function lines(problems: readonly string[]): string {
  return problems.map((problem) => `- ${problem}\n`).join('')
}

function toJson(report: object): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
