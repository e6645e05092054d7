import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import { Agent, request, type Dispatcher } from 'undici'
import type { IncomingFile } from '../connector.ts'
import { refusalOf, silenceOf } from './error-codes.ts'
import { allowedAddress, isPrivateAddress, type MediaHosts } from './media-hosts.ts'

/** Largest file passed on. */
const MAX_BYTES = 50 * 1024 * 1024
const MAX_REDIRECTS = 3
const HEADERS_MS = 10_000
const BODY_MS = 30_000

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

export function createMedia(hosts: MediaHosts): Media {
  const isOwn = (url: URL) => hosts.origins.includes(url.origin)
  const outside = new Agent({
    connect: { lookup: publicLookup, timeout: 5_000 },
    headersTimeout: HEADERS_MS,
    bodyTimeout: BODY_MS,
  })
  const inside = new Agent({ connect: { timeout: 5_000 }, headersTimeout: HEADERS_MS, bodyTimeout: BODY_MS })

  async function ask(
    address: string,
    options: Pick<Dispatcher.RequestOptions, 'method'> & {
      headers?: Readonly<Record<string, string>>
      body?: Readable
      signal: AbortSignal | undefined
    },
  ) {
    const url = allowedAddress(address, hosts)
    if (!url) throw refusalOf('file', 4009)
    try {
      return await request(url, {
        dispatcher: isOwn(url) ? inside : outside,
        ...options,
        headers: { ...options.headers },
        signal: options.signal ?? null,
      })
    } catch (error) {
      options.signal?.throwIfAborted()
      throw silenceOf('file', codeOf(error), 'unknown')
    }
  }

  return {
    async fetch(address, signal) {
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
          bytes: (Readable.toWeb(body) as ReadableStream<Uint8Array>).pipeThrough(bounded(MAX_BYTES)),
        }
      }
      throw refusalOf('file', 4008)
    },

    async put(address, headers, bytes, signal) {
      const body = Readable.fromWeb(bytes as Parameters<typeof Readable.fromWeb>[0])
      body.on('error', () => undefined)
      const { statusCode, body: answer } = await ask(address, { method: 'PUT', headers, body, signal })
      await answer.dump()
      if (statusCode >= 300) throw refusalOf('file', statusCode >= 500 ? 5000 : 4010)
    },

    async close() {
      await Promise.all([outside.destroy(), inside.destroy()])
    },
  }
}

/** Stops what is longer than it may be. */
function bounded(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.length
      if (bytes > maxBytes) controller.error(new Error('the file is too large'))
      else controller.enqueue(chunk)
    },
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
