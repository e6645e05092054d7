import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build, type Plugin } from 'vite'

/** Draws the page at build time into index.html: the document is the first paint, the script takes it over. */
export function prerender(entry: string): Plugin {
  return {
    name: 'prerender',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: async (html) => html.replace('<div id="app"></div>', `<div id="app">${await drawPage(entry)}</div>`),
    },
  }
}

async function drawPage(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [svelte({ configFile: false })],
    ssr: { noExternal: true },
    build: { ssr: entry, write: false, rolldownOptions: { output: { codeSplitting: false } } },
  })
  const [chunk] = 'output' in result ? result.output : []
  if (chunk?.type !== 'chunk') throw new Error(`${entry} was not built`)
  // One file without imports of its own, so it can be run from where it is: in memory.
  const code = Buffer.from(chunk.code).toString('base64')
  const page = (await import(`data:text/javascript;base64,${code}`)) as { drawPage(): string }
  return page.drawPage()
}
