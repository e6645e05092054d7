import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'

/** As the page waits when its stream broke. */
const AWAY_MS = 2_000

/**
 * A tab that takes the first events of its stream, then nothing. After `stayMs` it leaves and comes again after the last
 * event it has, over and over, until the returned function is called; a socket nobody reads does not tell that the other
 * side has closed it. The first time it leaves earlier, at random: tabs opened together do not come again together.
 * Resolves once it is open.
 */
export async function openStalledTab(
  url: string,
  headers: Record<string, string>,
  stayMs: number,
): Promise<() => void> {
  const closed = new AbortController()
  let position: Record<string, string> = {}
  let nextStayMs = stayMs * Math.random()

  async function visit(): Promise<void> {
    const request = get(url, { headers: { ...headers, ...position }, agent: false, signal: closed.signal })
    request.on('error', () => undefined)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response
      .on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        const lastEventId = lastIdIn(String(chunk))
        if (lastEventId === undefined) return
        position = { 'Last-Event-ID': lastEventId }
        response.pause()
      })
    const staysMs = response.statusCode === 200 ? nextStayMs : 0
    nextStayMs = stayMs
    const awayMs = 1_000 * Number(response.headers['retry-after'] ?? 0) || AWAY_MS
    later(staysMs, () => {
      request.destroy()
      later(awayMs, comeAgain)
    })
  }

  const comeAgain = () => void visit().catch(() => later(AWAY_MS, comeAgain))
  const later = (ms: number, act: () => void) => void setTimeout(() => closed.signal.aborted || act(), ms)

  await visit()
  return () => closed.abort()
}

/** The id of the last event that is whole in this chunk; undefined where none is. */
export const lastIdIn = (chunk: string): string | undefined =>
  [...chunk.matchAll(/^id: (\d+)\nevent: .+\ndata: .*\n\n/gm)].at(-1)?.[1]
