import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../test/support/loggers.ts'
import { createErrorHandler } from '../problems.ts'
import { createBodilessMethods, refuseBody } from './refuse-body.ts'

const app = new Hono()
  .use(createBodilessMethods())
  .post('/end', (c) => (refuseBody(c), c.text('ended')))
  .all('/thing', (c) => c.text('done'))
  .onError(createErrorHandler({ logger: silentLogger, showDiagnosis: false }))

const JSON_TYPE = { 'Content-Type': 'application/json' }

describe('S36 a request that needs no body', () => {
  test.each([{}, { 'Content-Length': '0' }, JSON_TYPE])('is taken without one: %o', async (headers) => {
    expect((await app.request('/end', { method: 'POST', headers })).status).toBe(200)
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      expect((await app.request('/thing', { method, headers })).status).toBe(200)
    }
  })

  test.each([
    ['a length', { ...JSON_TYPE, 'Content-Length': '2' }],
    ['a length that is none', { 'Content-Length': '0x0' }],
    ['pieces', { 'Transfer-Encoding': 'chunked' }],
  ])('is refused with %s, and the line is closed', async (_, headers) => {
    for (const [path, method] of [
      ['/end', 'POST'],
      ...['GET', 'HEAD', 'DELETE'].map((name) => ['/thing', name] as const),
    ] as const) {
      const response = await app.request(path, { method, headers })
      expect([method, response.status]).toEqual([method, 400])
      expect(response.headers.get('Connection')).toBe('close')
    }
  })

  test.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'])(
    'S19 is refused as a form, empty or not: %s',
    async (type) => {
      const response = await app.request('/end', { method: 'POST', headers: { 'Content-Type': type } })
      expect(response.status).toBe(415)
    },
  )
})

test('a method that may have one is not looked at', async () => {
  const headers = { 'Content-Type': 'image/png', 'Content-Length': '2' }
  expect((await app.request('/thing', { method: 'POST', headers, body: 'ab' })).status).toBe(200)
})
