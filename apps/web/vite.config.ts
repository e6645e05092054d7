import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { budget } from './build/budget.ts'
import { BUDGETS } from './build/budgets.ts'
import { documents } from './build/documents.ts'
import { inlineCss } from './build/inline-css.ts'
import { plainImports } from './build/plain-imports.ts'
import { preloadScript } from './build/preload-script.ts'

const { PORT = '4400', FOYER_DEV_BFF = 'http://127.0.0.1:4402', VITEST } = process.env

export default defineConfig({
  plugins: [
    svelte({ configFile: false }),
    preloadScript(),
    plainImports(),
    inlineCss(),
    documents('src/prerender.ts'),
    budget(BUDGETS),
  ],
  build: {
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    target: 'es2023',
    // Svelte registers a base class for custom elements wherever it is loaded; there are none here.
    rolldownOptions: {
      treeshake: { moduleSideEffects: [{ test: /svelte.*custom-element\.js$/, sideEffects: false }] },
    },
  },
  server: {
    host: '127.0.0.1',
    port: Number(PORT),
    strictPort: true,
    proxy: { '/api': { target: FOYER_DEV_BFF, changeOrigin: false } },
  },
  // In tests, as in the browser, state is reactive.
  ...(VITEST && { resolve: { conditions: ['browser'] } }),
  test: { name: 'web', include: ['src/**/*.test.ts'], environment: 'node' },
})
