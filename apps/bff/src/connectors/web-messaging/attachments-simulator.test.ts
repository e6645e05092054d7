import { startSimulator } from '@foyer/simulator/start-simulator'
import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { silentLogger } from '../../../test/support/loggers.ts'
import { createTestMetrics } from '../../../test/support/metrics.ts'
import { systemClock } from '../../clock.ts'
import type { Credential } from '../connector.ts'
import { createWebMessagingConnector } from './connector.ts'

/** A guest of the simulator, whose session is up. */
async function arrive() {
  const id = randomUUID()
  const simulator = await startSimulator({ deployments: [{ id, fileTypes: ['text/*'], maxFileSizeKB: 10 }] })
  const { url } = simulator
  const connector = createWebMessagingConnector({
    hosts: { api: url, apiCdn: url, webmessaging: url.replace('http', 'ws') },
    ...{ deploymentId: id, clock: systemClock, logger: silentLogger, metrics: createTestMetrics().metrics },
  })
  const stop = new AbortController()
  let credential: Credential = await connector.admit()
  const guest = connector.guest({
    read: () => Promise.resolve(credential),
    write: (next) => Promise.resolve(void (credential = next)),
  })
  const upstreamConversationId = await guest.startConversation({})
  const session = guest.openConversation({ upstreamConversationId, signal: stop.signal })
  const up = Promise.withResolvers<undefined>()
  const listening = (async () => {
    for await (const event of session) if (event.type === 'up') up.resolve(undefined)
  })().catch(up.reject)
  onTestFinished(async () => {
    stop.abort()
    await listening
    await connector.close()
    await simulator.close()
  })
  await up.promise
  if (!session.files) throw new Error('the deployment takes files')
  return session.files
}

const newFile = (name: string, mediaType: string) => ({
  ...{ attachmentId: randomUUID(), name, mediaType, size: 5 },
  bytes: ReadableStream.from([Buffer.from('Hello')]) as ReadableStream<Uint8Array>,
})

test('a file goes up to the simulator, comes down again, and is gone once it is taken back', async () => {
  const files = await arrive()
  const file = newFile('note.txt', 'text/plain')
  await files.upload(file)
  const { bytes, mediaType } = await files.download(file.attachmentId)
  expect([mediaType, await new Response(bytes).text()]).toEqual(['text/plain', 'Hello'])
  await files.remove(file.attachmentId)
  await expect(files.download(file.attachmentId)).rejects.toMatchObject({ name: 'UpstreamError' })
})

test("a file the session's limits forbid does not go up", async () => {
  const files = await arrive()
  await expect(files.upload(newFile('a.png', 'image/png'))).rejects.toMatchObject({ code: 'file-refused' })
})
