import { defineConfig } from 'vitest/config'
import { LongestFirst } from './scripts/longest-first.ts'

const node = (name: string, include: string[]) => ({ test: { name, include, environment: 'node' } })
/** They share a few processes: one for each file is more work than most of these tests, and no module keeps anything. */
const stateless = (name: string, include: string[]) => ({
  test: { name, include, environment: 'node', isolate: false },
})

export default defineConfig({
  test: {
    testTimeout: 20_000,
    // The whole-app tests wait more than they work: more of them than processors run side by side.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      stateless('shared', ['packages/*/src/**/*.test.ts']),
      stateless('simulator', ['apps/simulator/src/**/*.test.ts', 'apps/simulator/test/**/*.test.ts']),
      stateless('bff', ['apps/bff/src/**/*.test.ts']),
      node('app', ['apps/bff/test/**/*.test.ts']),
      stateless('bench', ['bench/**/*.test.ts']),
      './apps/web',
    ],
  },
})
