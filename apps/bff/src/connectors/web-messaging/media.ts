import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { Agent, request, type Dispatcher } from 'undici'
import type { IncomingFile } from '../connector.ts'
import { DeadlineError, within } from '../deadline.ts'
import { heldBack } from '../held-back.ts'
import type { NoteIgnored } from '../ignored.ts'
import { refusalOf, silenceOf } from './error-codes.ts'
import { allowedAddress, isPrivateAddress, type MediaHosts } from './media-hosts.ts'

/** Largest file passed on. */
const MAX_BYTES = 50 * 1024 * 1024
const MAX_REDIRECTS = 3
const CONNECT_MS = 5_000
const HEADERS_MS = 10_000
const BODY_MS = 30_000

/** How many files may be under way at once, each over a connection of its own, and how many may wait for one (R10). */
export interface MediaLimits {
  readonly connections: number
  readonly queued: number
  /** Until a file that was asked for begins, waiting for a connection and following redirects included. */
  readonly beginMs: number
}

const LIMITS: MediaLimits = { connections: 64, queued: 256, beginMs: CONNECT_MS + HEADERS_MS }

/** Fetches and puts files, at allowed addresses alone (S6): the name is looked up once, and what it names is checked. */
export interface Media {
  /** Throws UpstreamError: `file-missing` for an address that is not allowed or leads nowhere. */
  fetch(address: string, signal?: AbortSignal): Promise<IncomingFile>
  /** Streams a file up. Throws UpstreamError. */
  put(
    address: string,
    headers: Readonly<Record<string, string>>,
    bytes: ReadableStream<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<void>
  close(): Promise<void>
}

export function createMedia(hosts: MediaHosts, ignored: NoteIgnored, changed: Partial<MediaLimits> = {}): Media {
  const limits = { ...LIMITS, ...changed }
  const isOwn = (url: URL) => hosts.origins.includes(url.origin)
  const outside = newDoor(limits, { lookup: publicLookup })
  const inside = newDoor(limits, {})

  async function ask(
    address: string,
    options: Pick<Dispatcher.RequestOptions, 'method'> & {
      headers?: Readonly<Record<string, string>>
      body?: Readable
      signal: AbortSignal | undefined
    },
  ) {
    const url = allowedAddress(address, hosts)
    if (!url) {
      // Where a file is to go up is the platform's own word; where a picture lies may be anybody's, and is not repeated.
      const host = options.method === 'PUT' ? URL.parse(address)?.hostname : undefined
      ignored('address', host === undefined ? {} : { host })
      throw refusalOf('file', 4009)
    }
    const { agent: dispatcher, enter } = isOwn(url) ? inside : outside
    const leave = enter()
    try {
      const answer = await request(url, {
        ...{ dispatcher, ...options, headers: { ...options.headers } },
        signal: options.signal ?? null,
      })
      // What breaks because we let go is nobody's concern.
      answer.body.on('error', () => undefined).once('close', leave)
      return answer
    } catch (error) {
      leave()
      options.signal?.throwIfAborted()
      throw silenceOf('file', codeOf(error), 'unknown')
    }
  }

  async function get(address: string, signal: AbortSignal): Promise<IncomingFile> {
    let next = address
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const { statusCode, headers, body } = await ask(next, { method: 'GET', signal })
      const location = headers['location']
      if (statusCode >= 300 && statusCode < 400 && typeof location === 'string') {
        await body.dump()
        next = URL.parse(location, next)?.href ?? ''
        continue
      }
      if (statusCode !== 200) {
        await body.dump()
        throw refusalOf('file', statusCode === 403 || statusCode === 404 ? 4008 : statusCode)
      }
      const size = Number(headers['content-length'])
      if (size > MAX_BYTES) {
        body.destroy()
        throw refusalOf('file', 4002)
      }
      const type = headers['content-type']
      return {
        mediaType: typeof type === 'string' ? (type.split(';', 1)[0] ?? '').trim().toLowerCase() : '',
        name: undefined,
        size: Number.isFinite(size) ? size : undefined,
        bytes: bounded(body, MAX_BYTES),
      }
    }
    throw refusalOf('file', 4008)
  }

  return {
    async fetch(address, signal) {
      try {
        // Only until it begins; from then on the caller's signal alone ends it.
        return await within(limits.beginMs, undefined, (late) =>
          get(address, signal ? AbortSignal.any([signal, late]) : late),
        )
      } catch (error) {
        throw error instanceof DeadlineError ? silenceOf('file', 'DEADLINE', 'unknown') : error
      }
    },

    async put(address, headers, bytes, signal) {
      const body = Readable.fromWeb(bytes as Parameters<typeof Readable.fromWeb>[0])
      body.on('error', () => undefined)
      const { statusCode, body: answer } = await ask(address, { method: 'PUT', headers, body, signal })
      await answer.dump()
      if (statusCode >= 300) throw refusalOf('file', statusCode >= 500 ? 5000 : 4010)
    },

    async close() {
      await Promise.all([outside.agent.destroy(), inside.agent.destroy()])
    },
  }
}

/** Takes no more than it can serve, and those few that may wait: the rest is told at once. */
function newDoor({ connections, queued }: MediaLimits, connect: { lookup?: LookupFunction }) {
  const agent = new Agent({
    ...{ connections, headersTimeout: HEADERS_MS, bodyTimeout: BODY_MS },
    connect: { ...connect, timeout: CONNECT_MS },
  })
  let inside = 0
  const enter = () => {
    if (inside >= connections + queued) throw heldBack('file', 'QUEUE_FULL', 1_000)
    inside++
    return () => void inside--
  }
  return { agent, enter }
}

/** Chunk by chunk, as it is read; stops what is longer than it may be, and lets go of the connection when cancelled. */
function bounded(body: Readable, maxBytes: number): ReadableStream<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>
  let bytes = 0
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) return controller.close()
      bytes += value.length
      if (bytes <= maxBytes) return controller.enqueue(value)
      body.destroy()
      controller.error(new Error('the file is too large'))
    },
    // Readable.toWeb would go on to write what still comes to a stream that is closed: an error that nobody catches.
    cancel: () => void body.destroy(),
  })
}

/** A name that leads to a private address leads nowhere; the address that was looked at is the one that is used. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const all = addresses as { address: string; family: number }[] | undefined
    const open = (all ?? []).filter(({ address }) => !isPrivateAddress(address))
    const [first] = open
    if (error || !first) {
      const failure = error ?? Object.assign(new Error('private address'), { code: 'EPRIVATE' })
      return callback(failure, '', 4)
    }
    if (options.all) return callback(null, open as never, 4)
    callback(null, first.address, first.family)
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
}
