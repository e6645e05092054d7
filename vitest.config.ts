import { defineConfig } from 'vitest/config'

const node = (name: string, include: string[]) => ({ test: { name, include, environment: 'node' } })

export default defineConfig({
  test: {
    testTimeout: 20_000,
    // The whole-app tests wait more than they work: more of them than processors run side by side.
    maxWorkers: 3,
    projects: [
      node('shared', ['packages/*/src/**/*.test.ts']),
      node('simulator', ['apps/simulator/src/**/*.test.ts', 'apps/simulator/test/**/*.test.ts']),
      node('bff', ['apps/bff/src/**/*.test.ts', 'apps/bff/test/**/*.test.ts']),
      node('bench', ['bench/**/*.test.ts']),
      './apps/web',
    ],
  },
})
