import { afterEach, expect, test, vi } from 'vitest'
import { browserTabs } from './tabs.ts'

afterEach(() => void vi.unstubAllGlobals())

/** A browser in which nothing of this site may be kept: what it has it will not give. */
function denyLocks() {
  const denied = () => Promise.reject(new DOMException('denied in this context', 'SecurityError'))
  vi.stubGlobal('navigator', { locks: { request: denied, query: denied } })
  const tabs = browserTabs()
  if (!tabs) throw new Error('no tabs')
  return tabs
}

test('a tab that is denied locks leads for itself, once, until it is over', async () => {
  const tabs = denyLocks()
  const over = new AbortController()
  let begun = 0
  const leading = tabs.lead(
    'c-1',
    async (signal) => {
      begun++
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
    { signal: over.signal, force: false },
  )
  await new Promise((resolve) => setTimeout(resolve))
  expect(begun).toBe(1)
  over.abort()
  await leading
  expect(begun).toBe(1)
})

test('and claims what it asks for; no other tab is seen', async () => {
  const tabs = denyLocks()
  expect(await tabs.claim('chime')).toBe(true)
  expect(await tabs.isRaised('looking')).toBe(false)
})
