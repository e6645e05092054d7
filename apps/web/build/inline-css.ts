import type { Plugin } from 'vite'

/** Puts all CSS into one <style> of the document: nothing to wait for, and one hash for the content security policy. */
export function inlineCss(): Plugin {
  return {
    name: 'inline-css',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const sheets = Object.values(bundle).filter((file) => file.fileName.endsWith('.css'))
        const css = sheets.map((file) => (file.type === 'asset' ? String(file.source).trim() : '')).join('')
        const page = bundle['index.html']
        if (page?.type !== 'asset') throw new Error('index.html was not built')
        const html = String(page.source).replace(/\s*<link rel="stylesheet"[^>]*>/g, '')
        page.source = html.replace('</head>', () => `  <style>${css}</style>\n  </head>`)
        for (const { fileName } of sheets) Reflect.deleteProperty(bundle, fileName)
      },
    },
  }
}
