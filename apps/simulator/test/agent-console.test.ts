import { expect, test } from 'vitest'
import { call, simulatorFor } from './guest.ts'

test('the page and all it asks for are served, under a policy that lets in nothing else', async () => {
  const simulator = await simulatorFor()
  const page = await call(simulator, 'GET', '/agent')
  expect(page.status).toBe(200)
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe')
  const paths = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '')
  expect(paths.length).toBeGreaterThan(3)
  for (const path of paths) expect((await call(simulator, 'GET', path)).status).toBe(200)
})

test('the root leads to it', async () => {
  const { status, headers } = await call(await simulatorFor(), 'GET', '/')
  expect([status, headers.get('location')]).toEqual([302, '/agent'])
})
