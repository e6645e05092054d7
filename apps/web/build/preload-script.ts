import type { Plugin } from 'vite'

/** Names the script before anything else in the document: its request leaves with the first packet that arrives. */
export function preloadScript(): Plugin {
  return {
    name: 'preload-script',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html) {
        const src = /<script type="module"[^>]* src="([^"]+)"/.exec(html)?.[1]
        if (!src) throw new Error('the document has no script')
        return [
          { tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: src }, injectTo: 'head-prepend' },
        ]
      },
    },
  }
}
