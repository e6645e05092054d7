import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { DEMO_DEPLOYMENT_ID } from '../src/options.ts'
import { simulatorFor } from './guest.ts'

const script = fileURLToPath(new URL('third-party/guest.mjs', import.meta.url))

test('a client that knows the protocol alone configures, talks, uploads and reads its history', async () => {
  const { port } = await simulatorFor()
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [script, `127.0.0.1:${port}`, DEMO_DEPLOYMENT_ID], { timeout: 15_000 })
  const seen = JSON.parse(stdout) as Record<string, { body: Record<string, unknown> }> & {
    history: {
      total: number
      entities: { text?: string; direction: string; originatingEntity: string; type: string }[]
    }
    put: number
    download: string
  }
  expect(seen['session']?.body).toMatchObject({ connected: true, newSession: true })
  expect(seen['echo']?.body).toMatchObject({ direction: 'Inbound', text: 'Hello from elsewhere' })
  expect(seen.put).toBe(200)
  expect(seen['uploaded']?.body['attachmentId']).toBe('file-1')
  expect(seen['sent']?.body).toMatchObject({
    type: 'Text',
    content: [{ attachment: { id: 'file-1', filename: 'a.txt', fileSize: 5, mediaType: 'File', mime: 'text/plain' } }],
  })
  expect(seen.download).toBe('bytes')
  expect(seen.history.total).toBe(2)
  expect(seen.history.entities.map(({ text }) => text)).toEqual([undefined, 'Hello from elsewhere'])
  expect(seen.history.entities.every(({ originatingEntity }) => originatingEntity === 'Human')).toBe(true)
})
