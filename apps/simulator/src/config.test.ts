import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'
import { DEMO_CLIENT_ID, PUBLIC_CLIENT_ID } from './options.ts'

test('nothing set is the demo', () => {
  expect(parseConfig({})).toMatchObject({ port: 4410, demoAgent: true })
})

test('an empty variable counts as not set', () => {
  expect(parseConfig({ SIMULATOR_PORT: '', SIMULATOR_DEMO_AGENT: '' })).toMatchObject({ port: 4410, demoAgent: true })
})

test('variables become options', () => {
  const environment = {
    HOST: '::1',
    SIMULATOR_PORT: '5000',
    SIMULATOR_DEMO_AGENT: 'off',
    SIMULATOR_GUEST_TTL_SECONDS: '2.5',
    SIMULATOR_REFRESH_TOKENS: 'off',
    SIMULATOR_RECEIVE: 'poll',
  }
  expect(parseConfig(environment)).toMatchObject({
    host: '::1',
    port: 5000,
    demoAgent: false,
    guestTtlSeconds: 2.5,
    issueRefreshToken: false,
    receive: 'poll',
  })
})

test('the demo client’s secret may be another', () => {
  const { clients } = parseConfig({ SIMULATOR_CLIENT_SECRET: 'mine' })
  expect(clients?.map(({ id, secret }) => [id, secret])).toEqual([
    [DEMO_CLIENT_ID, 'mine'],
    [PUBLIC_CLIENT_ID, null],
  ])
})

test.each([
  ['SIMULATOR_PORT', '70000'],
  ['SIMULATOR_DEMO_AGENT', 'yes'],
  ['SIMULATOR_GUEST_TTL_SECONDS', '-1'],
  ['SIMULATOR_SCOPE_POLICY', 'ignore'],
])('%s=%s stops the start with its name and what it was', (name, value) => {
  expect(() => parseConfig({ [name]: value })).toThrow(new RegExp(`^${name} is "${value}"`))
})
