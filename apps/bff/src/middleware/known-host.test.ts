import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../test/support/loggers.ts'
import { createErrorHandler } from '../problems.ts'
import { createKnownHost } from './known-host.ts'

/** What is answered to `host`, at a chat that has this public address. */
function ask(publicUrl: string, host: string, path = '/', headers: Record<string, string> = { Host: host }) {
  const app = new Hono()
    .use(createKnownHost(publicUrl))
    .get('*', (c) => c.text('answered'))
    .onError(createErrorHandler({ logger: silentLogger, showDiagnosis: false }))
  return app.request(`http://${host}${path}`, { headers })
}

describe('S40 the chat answers under its public name', () => {
  test.each([
    ['https://chat.example.com', 'chat.example.com'],
    ['https://chat.example.com', 'chat.example.com:443'],
    ['https://chat.example.com:8443', 'chat.example.com:8443'],
    ['http://localhost:4400', 'localhost:4400'],
    ['http://localhost', 'localhost:80'],
    ['http://[::1]:4400', '[::1]:4400'],
  ])('%s as %s', async (publicUrl, host) => expect((await ask(publicUrl, host)).status).toBe(200))

  test('in whatever letters', async () => {
    const response = await ask('https://chat.example.com', 'chat.example.com', '/', { Host: 'Chat.Example.COM' })
    expect(response.status).toBe(200)
  })
})

describe('S40 under any other it refuses with 421', () => {
  test.each([
    ...['evil.example', 'chat.example.com.evil.example', 'evilchat.example.com', 'example.com', 'a.chat.example.com'],
    ...['chat.example.com:80', 'chat.example.com:8443', 'chat.example.com.', '127.0.0.1', '10.0.0.1:4400'],
  ])('%s', async (host) => {
    const response = await ask('https://chat.example.com', host)
    expect(response.status).toBe(421)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ code: 'misdirected-request' })
    expect(text).toContain('https://chat.example.com')
    expect(text).not.toContain('evil')
  })

  test.each(['evil.example', 'chat.example.com, evil.example', 'chat.example.com chat.example.com', ''])(
    'a Host of %j, though the address is right',
    async (Host) => {
      const response = await ask('https://chat.example.com', 'chat.example.com', '/', { Host })
      expect(response.status).toBe(421)
    },
  )

  test('an address that is wrong, though Host is right: a target in absolute form', async () => {
    const response = await ask('https://chat.example.com', 'evil.example', '/', { Host: 'chat.example.com' })
    expect(response.status).toBe(421)
  })

  test('but for the probes, which reach it by its address', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      expect((await ask('https://chat.example.com', '10.0.0.1:4400', path)).status).toBe(200)
    }
    expect((await ask('https://chat.example.com', '10.0.0.1:4400', '/health/live/x')).status).toBe(421)
  })
})
