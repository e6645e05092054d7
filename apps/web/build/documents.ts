import { chooseLanguage, directionOf, LANGUAGES, type Language } from '@foyer/shared/protocol/languages'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build, type Plugin, type Rolldown } from 'vite'
import { documentWords } from '../src/text/document-words.ts'

/**
 * Draws the page at build time into a document for each language: it is the first paint, the script takes it over.
 * `index.html` is the English one, `index.de.html` the German. In development it is empty, in the language of `?lang=`.
 */
export function documents(entry: string): Plugin {
  let isBuild = true
  return {
    name: 'documents',
    enforce: 'post',
    config: (_, { command }) => void (isBuild = command === 'build'),
    transformIndexHtml: {
      order: 'pre',
      handler(html, { originalUrl = '/' }) {
        const asked = new URL(originalUrl, 'http://localhost').searchParams.get('lang') ?? ''
        return isBuild ? html : translate(html, chooseLanguage([asked]))
      },
    },
    generateBundle: {
      order: 'post',
      async handler(_, bundle) {
        const page = bundle['index.html']
        if (page?.type !== 'asset') throw new Error('index.html was not built')
        const empty = String(page.source)
        const drawPage = await loadDrawPage(entry)
        for (const language of LANGUAGES) {
          const drawn = `<div id="app">${await drawPage(language)}</div>`
          const html = translate(empty, language).replace('<div id="app"></div>', () => drawn)
          const source = preload(html, bundle, language)
          if (language === 'en') page.source = source
          else this.emitFile({ type: 'asset', fileName: `index.${language}.html`, source })
        }
      },
    },
  }
}

function translate(html: string, language: Language): string {
  const { title, noScript } = documentWords[language]
  return html
    .replace('<html>', `<html lang="${language}" dir="${directionOf(language)}">`)
    .replace('<title></title>', `<title>${title}</title>`)
    .replace('<noscript></noscript>', `<noscript>${noScript}</noscript>`)
}

/** The words come beside the script, not after it. */
function preload(html: string, bundle: Rolldown.OutputBundle, language: Language): string {
  const words = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === language)
  if (!words) return html // English is in the script.
  return html.replace('</title>', `</title>\n    <link rel="modulepreload" crossorigin href="/${words.fileName}">`)
}

async function loadDrawPage(entry: string): Promise<(language: Language) => Promise<string>> {
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
  const page = (await import(`data:text/javascript;base64,${code}`)) as {
    drawPage(language: Language): Promise<string>
  }
  return page.drawPage
}
