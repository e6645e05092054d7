import { createServer } from 'node:http'
import { brotliCompressSync } from 'node:zlib'

/**
 * What the chat is held against: a document of the given weight with a heading and a text box, no script, served the same
 * way. Nothing paints sooner over the same line.
 */
const WEIGHT_BYTES = Number(process.env['WEIGHT_BYTES'] ?? 20_000)
/** The headers of the chat's document: some of them, such as the opener policy, cost a browser time. */
const HEADERS = JSON.parse(process.env['HEADERS'] ?? '{}') as Record<string, string>

const filler = Array.from(
  { length: 2_000 },
  (_, index) =>
    `.c${(index * 2_654_435_761) % 1_000_003}{color:#${(index * 7919).toString(16).padStart(6, '0').slice(-6)}}`,
)
const page = (rules: number) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Static</title><meta name="viewport" content="width=device-width"><style>${filler.slice(0, rules).join('')}</style></head><body><h1>Chat with us</h1><textarea aria-label="Message"></textarea></body></html>`

let rules = 0
while (brotliCompressSync(page(rules)).length < WEIGHT_BYTES && rules < filler.length) rules += 4
const body = brotliCompressSync(page(rules))

createServer((request, response) => {
  if (request.url === '/ready') return response.end('ready')
  if (request.url !== '/') return response.writeHead(404).end()
  response.writeHead(200, {
    ...HEADERS,
    'content-type': 'text/html; charset=utf-8',
    'content-encoding': 'br',
    'cache-control': 'no-store',
  })
  response.end(body)
}).listen(Number(process.env['PORT']), '127.0.0.1')
