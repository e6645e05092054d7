import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { startHttpServer } from '../../../test/support/http-server.ts'
import { createHttpClient } from '../http.ts'
import { createDeploymentReader } from './deployment.ts'

const MINUTES = 60_000
const configuration = (change: object = {}) => ({
  ...{ id: 'configuration', version: '4', status: 'Active', languages: ['en-us', 'de'], defaultLanguage: 'de' },
  messenger: {
    styles: { primaryColor: '#0165A7' },
    apps: { conversations: { markdown: { enabled: true }, conversationClear: { enabled: true } } },
    fileUpload: { modes: [{ fileTypes: ['image/png'], maxFileSizeKB: 100 }] },
  },
  ...change,
})

/** A reader towards a server that answers with what the test sets. */
async function startReader() {
  const answer = { status: 200, body: JSON.stringify(configuration()) }
  const server = await startHttpServer((response) => void response.writeHead(answer.status).end(answer.body))
  const http = createHttpClient(server.origin)
  onTestFinished(() => http.close())
  const clock = new FakeClock()
  const deploymentId = randomUUID()
  return { answer, server, clock, deploymentId, reader: createDeploymentReader({ http, deploymentId, clock }) }
}

test('a configuration is read once for all who ask, and again after ten minutes', async () => {
  const { reader, server, clock, deploymentId } = await startReader()
  const [facts] = await Promise.all([reader.read(), reader.read()])
  expect(facts).toMatchObject({
    ...{ languages: ['de', 'en-us'], primaryColor: '#0165A7', markdown: true, canClear: true, showsUserTyping: false },
    uploads: { types: ['image/png'], maxBytes: 100_000 },
  })
  await reader.read()
  expect(server.received.map(({ path }) => path)).toEqual([
    `/webdeployments/v1/deployments/${deploymentId}/config.json`,
  ])
  await clock.advance(10 * MINUTES)
  await reader.read()
  expect(server.received).toHaveLength(2)
})

test('the old one serves on while a new one cannot be had', async () => {
  const { reader, answer, clock } = await startReader()
  const facts = await reader.read()
  await clock.advance(11 * MINUTES)
  for (const status of [500, 429]) {
    answer.status = status
    expect(await reader.read()).toBe(facts)
  }
})

test('a deployment that was switched off is refused, whatever was known of it', async () => {
  const { reader, answer, clock } = await startReader()
  await reader.read()
  await clock.advance(11 * MINUTES)
  answer.body = JSON.stringify(configuration({ status: 'Inactive' }))
  await expect(reader.read()).rejects.toMatchObject({ code: 'deployment-refused' })
})

test.each([
  ['an unknown id', 403, '<Error/>', 'deployment-refused'],
  ['an inactive one', 200, JSON.stringify(configuration({ status: 'Inactive' })), 'deployment-refused'],
  ['no JSON', 200, '<html>', 'platform-unavailable'],
])('%s is refused', async (_name, status, body, cause) => {
  const { reader, answer } = await startReader()
  Object.assign(answer, { status, body })
  await expect(reader.read()).rejects.toMatchObject({ code: cause })
})
