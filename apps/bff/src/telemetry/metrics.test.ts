import { expect, onTestFinished, test, vi } from 'vitest'
import { createMetrics } from './metrics.ts'

test('a scrape does not walk the handles of the process', async () => {
  const walk = vi.spyOn(process as unknown as { _getActiveHandles: () => unknown[] }, '_getActiveHandles')
  onTestFinished(() => walk.mockRestore())
  const text = await createMetrics().registry.metrics()
  expect(text).toContain('nodejs_active_resources_total')
  expect(text).not.toContain('nodejs_active_handles')
  expect(walk).not.toHaveBeenCalled()
})
