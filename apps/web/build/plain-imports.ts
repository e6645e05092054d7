import type { Plugin } from 'vite'

/** Leaves `import()` to the browser: a part has neither style of its own nor parts that could be fetched ahead of it. */
export function plainImports(): Plugin {
  return {
    name: 'plain-imports',
    apply: 'build',
    enforce: 'pre',
    load: {
      filter: { id: /vite\/preload-helper\.js$/ },
      handler: () => 'export const __vitePreload = (load) => load()',
    },
  }
}
