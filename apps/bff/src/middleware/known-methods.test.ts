import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { createRecordingLogger } from '../../test/support/loggers.ts'
import { answerNotFound, createErrorHandler } from '../problems.ts'
import { createRefuseHead, refuseOtherMethods } from './known-methods.ts'

describe('S21 a known address', () => {
  const app = new Hono().get('/thing', (c) => c.text('got'))
  refuseOtherMethods(app, [
    { method: 'GET', path: '/thing' },
    { method: 'POST', path: '/thing' },
  ])
  app
    .onError(createErrorHandler({ logger: createRecordingLogger().logger, showDiagnosis: false }))
    .notFound(answerNotFound)

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE2'])(
    'refuses %s with 405 and the methods it knows',
    async (method) => {
      const response = await app.request('/thing', { method })
      expect(response.status).toBe(405)
      expect(response.headers.get('Allow')).toBe('GET, HEAD, POST')
    },
  )

  test('answers as ever, and a method named in a header changes nothing', async () => {
    const response = await app.request('/thing', { headers: { 'X-HTTP-Method-Override': 'DELETE' } })
    expect(await response.text()).toBe('got')
  })

  test('refuses HEAD below /api, where what is read may be a stream; what is not known is 404', async () => {
    const read: string[] = []
    const api = new Hono()
    api.use(
      '/api/*',
      createRefuseHead(() => api.routes),
    )
    for (const path of ['/api/thing', '/page']) api.get(path, (c) => c.text(String(read.push(path))))
    api.delete('/api/thing', (c) => c.body(null, 204))
    refuseOtherMethods(api, api.routes)
    api.onError(createErrorHandler({ logger: createRecordingLogger().logger, showDiagnosis: false }))
    const head = async (path: string) => {
      const { status, headers } = await api.request(path, { method: 'HEAD' })
      return [status, headers.get('Allow')]
    }
    expect(await head('/api/thing')).toEqual([405, 'GET, DELETE'])
    expect(await head('/api/nothing')).toEqual([404, null])
    expect(await head('/page')).toEqual([200, null])
    expect(read).toEqual(['/page'])
  })

  test('is told from one that is not known: 404', async () => {
    const response = await app.request('/nothing')
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'not-found', status: 404 })
  })
})
