import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../test/support/loggers.ts'
import { createErrorHandler } from '../problems.ts'
import { createNavigation } from './navigation.ts'

const app = new Hono()
  .get('/', createNavigation(), (c) => c.text('the document'))
  .onError(createErrorHandler({ logger: silentLogger, showDiagnosis: false }))

const metadata = (site: string, mode: string, dest: string) => ({
  ...{ 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode, 'Sec-Fetch-Dest': dest },
})

describe('S18 the document', () => {
  test.each([
    ['by its address', metadata('none', 'navigate', 'document')],
    ['by a link of another site', metadata('cross-site', 'navigate', 'document')],
    ['in a frame of another site', metadata('cross-site', 'navigate', 'iframe')],
    ['in a frame of a sibling domain', metadata('same-site', 'navigate', 'iframe')],
    ['by its own reload', metadata('same-origin', 'navigate', 'document')],
    ['by a fetch of its own', metadata('same-origin', 'cors', 'empty')],
    ['by a browser that says nothing', {}],
  ])('is opened %s', async (_, headers) => {
    const response = await app.request('/', { headers })
    expect(response.status).toBe(200)
    expect(response.headers.get('Vary')).toBe('Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest')
  })

  test.each([
    ['as a script', metadata('cross-site', 'no-cors', 'script')],
    ['as a picture', metadata('cross-site', 'no-cors', 'image')],
    ['by a fetch', metadata('cross-site', 'cors', 'empty')],
    ['as a plug-in', metadata('cross-site', 'navigate', 'object')],
    ['as an embedded thing', metadata('cross-site', 'navigate', 'embed')],
    ['by a sibling domain’s fetch', metadata('same-site', 'no-cors', 'empty')],
    ['by a site that does not say how', { 'Sec-Fetch-Site': 'cross-site' }],
  ])('is not loaded by another site %s', async (_, headers) => {
    const response = await app.request('/', { headers })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'blocked-cross-site' })
  })
})
