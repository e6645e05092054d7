import { startSimulator, type Simulator, type SimulatorOptions } from '@foyer/simulator/start-simulator'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Secret } from '../secret.ts'
import { systemClock } from '../clock.ts'
import { createLogger } from '../logger.ts'
import type { CheckedConfig } from './checks.ts'
import { isWell } from './report.ts'
import { runChecks, type RunOptions, type StepReport } from './run-checks.ts'

const DEMO_DEPLOYMENT_ID = '2c9e6d10-41b7-4f85-8b3a-6d0e7f92a1c5'
const CLIENT = { id: 'web-guests', secret: 'a-secret-of-the-doctor-test' }
const [WRITE, SEND] = ['messaging:conversation:write', 'messaging:guest:send']

test('finds nothing wrong where nothing is, opens one conversation and sends nothing', async () => {
  const { simulator, config } = await startPlatform()
  const steps = await examine(config)
  expect(outcomes(steps)).toEqual({
    Reachable: 'ok',
    Clock: 'ok',
    'Guest tokens': 'ok',
    Client: 'ok',
    Token: 'ok',
    Scopes: 'ok',
    Conversation: 'ok',
    Reading: 'ok',
    Sending: 'skipped',
    'Clean-up': 'ok',
  })
  expect(isWell(steps)).toBe(true)
  expect(find(steps, 'Scopes').scopes).toEqual({ requested: [WRITE, SEND], granted: [WRITE, SEND], missing: [] })
  expect((await simulator.control.state()).conversations).toMatchObject([{ inboundCount: 0 }])
})

test('leaves neither conversation nor token behind', async () => {
  const { simulator, config } = await startPlatform()
  await examine(config)
  const { conversations, livingTokens } = await simulator.control.state()
  expect(conversations).toMatchObject([{ state: 'disconnected' }])
  expect(livingTokens).toBe(0)
})

test('sends one message when asked to, and finds it in the record', async () => {
  const { simulator, config } = await startPlatform()
  const steps = await examine(config, { send: true })
  expect(find(steps, 'Sending')).toMatchObject({ outcome: 'ok', detail: expect.stringContaining('under its id') })
  expect((await simulator.control.state()).conversations).toMatchObject([{ inboundCount: 1 }])
})

test('checks Web Messaging by its own steps', async () => {
  const { simulator, config } = await startPlatform()
  const { platformOrigin, hosts, region } = config
  const deployment = { connector: 'web-messaging', socketOrigin: undefined, mediaHosts: [] } as const
  const common = { ...deployment, platformOrigin, hosts, region }
  const steps = await examine({ ...common, deploymentId: DEMO_DEPLOYMENT_ID }, { send: true })
  expect(outcomes(steps)).toEqual({
    Deployment: 'ok',
    Conversation: 'ok',
    Socket: 'ok',
    Sending: 'ok',
    'Clean-up': 'ok',
  })
  expect((await simulator.control.state()).conversations).toMatchObject([{ state: 'disconnected', inboundCount: 2 }])
  const refused = await examine({ ...common, deploymentId: 'another' })
  expect(find(refused, 'Deployment')).toMatchObject({ outcome: 'failed', diagnosis: { cause: 'deployment-refused' } })
})

test('tells a wrong secret', async () => {
  const { config } = await startPlatform()
  const steps = await examine({ ...config, clientSecret: new Secret('another-secret-altogether') })
  expect(find(steps, 'Guest tokens').outcome).toBe('ok')
  expect(find(steps, 'Client')).toMatchObject({ outcome: 'failed', diagnosis: { cause: 'client-secret-wrong' } })
  expect(find(steps, 'Token')).toMatchObject({ outcome: 'skipped', detail: 'Not tried, because of Client.' })
  expect(find(steps, 'Conversation')).toMatchObject({ outcome: 'skipped', detail: 'Not tried, because of Client.' })
  expect(isWell(steps)).toBe(false)
})

test('tells an unknown client', async () => {
  const { config } = await startPlatform()
  const steps = await examine({ ...config, clientId: 'nobody' })
  expect(find(steps, 'Client')).toMatchObject({ outcome: 'failed', diagnosis: { cause: 'client-unknown' } })
})

test('tells a scope that was not granted: requested, granted, missing and the fix', async () => {
  const { simulator, config } = await startPlatform({ clients: [{ ...CLIENT, allowedScopes: [WRITE] }] })
  const steps = await examine(config)
  expect(find(steps, 'Token').outcome).toBe('ok')
  expect(find(steps, 'Scopes')).toMatchObject({
    outcome: 'failed',
    scopes: { requested: [WRITE, SEND], granted: [WRITE], missing: [SEND] },
    diagnosis: { cause: 'scope-missing', fix: expect.arrayContaining([expect.stringContaining('administrator')]) },
  })
  expect((await simulator.control.state()).conversations).toEqual([])
})

test('tells a scope that the platform does not know', async () => {
  const { config } = await startPlatform()
  const steps = await examine({ ...config, scopes: [WRITE, 'messaging:guest:sned'] })
  expect(find(steps, 'Token')).toMatchObject({ outcome: 'failed', diagnosis: { cause: 'scope-unknown' } })
})

test('tells a port where nothing listens', async () => {
  const steps = await examine(configOf('http://127.0.0.1:1'))
  expect(find(steps, 'Reachable')).toMatchObject({
    outcome: 'failed',
    diagnosis: { cause: 'network', evidence: { code: 'ECONNREFUSED' } },
  })
  const others = steps.filter(({ name }) => name !== 'Reachable')
  expect(others.every(({ outcome }) => outcome === 'skipped')).toBe(true)
})

test('tells a platform that has no guest tokens', async () => {
  const url = await listen((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"code":"not.found","status":404}')
  })
  const steps = await examine(configOf(url))
  expect(find(steps, 'Reachable').outcome).toBe('ok')
  expect(find(steps, 'Guest tokens')).toMatchObject({
    outcome: 'failed',
    diagnosis: { cause: 'endpoint-not-found' },
  })
  expect(find(steps, 'Client').outcome).toBe('skipped')
})

test('tells a web page that stands where the platform should', async () => {
  const url = await listen((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Welcome</title>')
  })
  const steps = await examine(configOf(url))
  expect(find(steps, 'Reachable')).toMatchObject({ outcome: 'warning', diagnosis: { cause: 'intermediary' } })
  expect(find(steps, 'Guest tokens')).toMatchObject({ outcome: 'failed', diagnosis: { cause: 'intermediary' } })
})

test.each([
  { offsetSeconds: 20, outcome: 'ok', detail: 'agree to' },
  { offsetSeconds: 60, outcome: 'warning', detail: 'behind the platform' },
  { offsetSeconds: -60, outcome: 'warning', detail: 'ahead of the platform' },
  { offsetSeconds: 600, outcome: 'failed', detail: '10 min behind' },
])('a platform $offsetSeconds s ahead of us is $outcome', async ({ offsetSeconds, outcome, detail }) => {
  const { simulator, config } = await startPlatform()
  await simulator.control.addFault({ name: 'clock-skew', parameters: { offsetSeconds } })
  const steps = await examine(config)
  expect(find(steps, 'Clock')).toMatchObject({ outcome, detail: expect.stringContaining(detail) })
  expect(find(steps, 'Conversation').outcome, 'a wrong clock does not hide what comes after').toBe('ok')
})

test('waits for no step longer than it may', async () => {
  const { simulator, config } = await startPlatform()
  await simulator.control.addFault({ name: 'hang', match: { operation: 'token' } })
  const steps = await examine(config, { stepMs: 200 })
  expect(find(steps, 'Guest tokens')).toMatchObject({
    outcome: 'failed',
    diagnosis: { cause: 'network', evidence: { code: 'ETIMEDOUT' } },
  })
})

test('cleans up when it is interrupted', async () => {
  const { simulator, config } = await startPlatform()
  const stop = new AbortController()
  const steps: StepReport[] = []
  for await (const step of runChecks(optionsOf(config, { signal: stop.signal }))) {
    steps.push(step)
    if (step.name === 'Conversation') stop.abort()
  }
  expect(outcomes(steps)).toMatchObject({ Conversation: 'ok', Reading: 'skipped', 'Clean-up': 'ok' })
  expect((await simulator.control.state()).conversations).toMatchObject([{ state: 'disconnected' }])
})

test('says what could not be cleaned up', async () => {
  const { simulator, config } = await startPlatform()
  await simulator.control.addFault({ name: 'internal-error', match: { operation: 'end-conversation' } })
  const steps = await examine(config)
  expect(find(steps, 'Clean-up')).toMatchObject({
    outcome: 'warning',
    detail: expect.stringContaining('could not be ended'),
  })
  expect((await simulator.control.state()).livingTokens).toBe(0)
})

async function startPlatform(
  options: SimulatorOptions = {},
): Promise<{ simulator: Simulator; config: GuestApiChecked }> {
  const simulator = await startSimulator({ clients: [CLIENT], ...options })
  onTestFinished(() => simulator.close())
  return { simulator, config: configOf(simulator.url) }
}

const hostsAt = (url: string) => ({ api: url, apiCdn: url, webmessaging: url.replace('http', 'ws') })

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  onTestFinished(() => void server.closeAllConnections())
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

type GuestApiChecked = Extract<CheckedConfig, { connector: 'guest-api' }>

function configOf(url: string): GuestApiChecked {
  return {
    connector: 'guest-api',
    platformOrigin: url,
    hosts: hostsAt(url),
    region: url,
    clientId: CLIENT.id,
    clientSecret: new Secret(CLIENT.secret),
    scopes: [WRITE, SEND],
  }
}

function optionsOf(config: CheckedConfig, more: Partial<RunOptions> = {}): RunOptions {
  const logger = createLogger('silent')('doctor')
  return { config, clock: systemClock, logger, send: false, signal: new AbortController().signal, ...more }
}

const examine = (config: CheckedConfig, more?: Partial<RunOptions>) =>
  Array.fromAsync(runChecks(optionsOf(config, more)))

const outcomes = (steps: readonly StepReport[]) => Object.fromEntries(steps.map(({ name, outcome }) => [name, outcome]))

function find(steps: readonly StepReport[], name: string): StepReport {
  const step = steps.find((candidate) => candidate.name === name)
  if (!step) throw new Error(`there is no step ${name}`)
  return step
}
