import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { onTestFinished } from 'vitest'

export interface Tap {
  readonly url: string
  readonly secrets: ReadonlySet<string>
  readonly requestLines: readonly string[]
  /** The header of every request that had one. */
  readonly traceparents: readonly string[]
}

/**
 * A wire tap between the BFF and the platform, until the test is over: hands everything on, and remembers every token and
 * secret that passed, and every request line, so that a test can look for them where they must not be.
 */
export async function startTap(platformUrl: string): Promise<Tap> {
  const traceparents: string[] = []
  const secrets = new Set<string>()
  const requestLines: string[] = []
  const platform = new URL(platformUrl)
  const server = createServer((incoming, outgoing) => {
    remember(secrets, /Bearer (\S+)/g, incoming.headers.authorization ?? '')
    requestLines.push(`${incoming.method} ${incoming.url}`)
    traceparents.push(...[incoming.headers['traceparent'] ?? []].flat())
    const onward = request(
      {
        host: platform.hostname,
        port: platform.port,
        path: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders()
        answer.on('data', (chunk: Buffer) => {
          if (incoming.url?.endsWith('/token')) remember(secrets, TOKEN, chunk.toString())
        })
        answer.pipe(outgoing)
        answer.on('error', () => outgoing.destroy())
      },
    )
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return { url, secrets, requestLines, traceparents }
}

const TOKEN = /"(?:access|refresh)_token":"([^"]+)"/g

function remember(secrets: Set<string>, pattern: RegExp, text: string): void {
  for (const [, secret] of text.matchAll(pattern)) if (secret !== undefined) secrets.add(secret)
}
