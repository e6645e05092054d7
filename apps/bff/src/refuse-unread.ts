import { RequestError as UnreadableRequest } from '@hono/node-server'
import { STATUS_CODES, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { toProblem } from './problems.ts'

type Fields = Readonly<Record<string, string>>

/** Refusals of what no route gets to see, with everything that others have (S29, S31, S38). */
export interface UnreadRefusals {
  /** Of what Node reads and the adapter cannot: a host or an address that is none. */
  toResponse(error: unknown): Response
  /** Of what Node itself refuses: it would answer with a status alone. */
  install(server: Server): void
}

const words = {
  unreadable: toProblem('invalid-request', { detail: 'This cannot be read as a request.' }),
  headersTooLarge: toProblem('invalid-request', {
    ...{ status: 431, title: 'Headers too large', detail: 'The headers of the request are too large.' },
  }),
  expectation: toProblem('invalid-request', {
    ...{ status: 417, title: 'Nothing to expect', detail: 'The header Expect can only be 100-continue here.' },
  }),
  tooLarge: toProblem('payload-too-large'),
  tooSlow: toProblem('request-timeout'),
  mistake: toProblem('internal-error'),
}
type Word = keyof typeof words

/** The codes for which Node has a status of their own (`clientError`, Node 24); whatever else there is, is unreadable. */
const NODES: ReadonlyMap<string | undefined, Word> = new Map([
  ['HPE_HEADER_OVERFLOW', 'headersTooLarge'],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 'tooLarge'],
  ['ERR_HTTP_REQUEST_TIMEOUT', 'tooSlow'],
])

/** `headers` stand on every answer; `failed` hears of what is our own mistake. */
export function createUnreadRefusals(headers: Fields, failed: (error: unknown) => void): UnreadRefusals {
  const refusalOf = (word: Word) => {
    const { status } = words[word]
    const body = JSON.stringify(words[word])
    const length = String(Buffer.byteLength(body))
    const fields = { ...headers, 'Content-Type': 'application/problem+json', 'Content-Length': length }
    return { status, body, fields: { ...fields, Connection: 'close' } }
  }
  return {
    toResponse(error) {
      const isOurs = !(error instanceof UnreadableRequest)
      if (isOurs) failed(error)
      const { status, body, fields } = refusalOf(isOurs ? 'mistake' : 'unreadable')
      return new Response(body, { status, headers: fields })
    },
    install(server) {
      server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
        if (socket.writable && !isAnswering(socket)) {
          socket.write(toBytes(refusalOf(NODES.get(error.code) ?? 'unreadable')))
        }
        socket.destroy(error)
      })
      server.on('checkExpectation', (_, response) => {
        const { status, body, fields } = refusalOf('expectation')
        response.writeHead(status, fields).end(body)
      })
    },
  }
}

/**
 * Whether an answer has begun, into which nobody may write. What is being answered Node itself knows by this alone, and asks
 * as we do before its own answers; from the events of the server it could not be told which of several waiting ones is first.
 */
function isAnswering(socket: Socket): boolean {
  const answer = Reflect.get(socket, '_httpMessage') as ServerResponse | null | undefined // undocumented; a test holds it
  return answer?.headersSent ?? false
}

function toBytes({ status, body, fields }: { status: number; body: string; fields: Fields }): string {
  const lines = Object.entries({ ...fields, Date: new Date().toUTCString() }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n')
}
