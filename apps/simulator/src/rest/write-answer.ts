import type { ServerResponse } from 'node:http'
import type { Clock } from '../clock.ts'
import type { Answer, LineSink } from './answer.ts'

/** A reader this far behind is dropped: it will not catch up, and its backlog would be the simulator's memory. */
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024

/** Puts an answer on the line. HEAD gets the headers only. */
export function writeAnswer(response: ServerResponse, answer: Answer, clock: Clock): void {
  if (response.destroyed || response.headersSent) return
  if (answer.feed) return feedAnswer(response, answer)
  const { status, headers, body, pace, cutAfterBytes } = answer
  if (body === undefined) return void response.writeHead(status, headers).end()
  if (pace || cutAfterBytes !== undefined) return writePieces(response, answer, Buffer.from(body), clock)
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

function writePieces(response: ServerResponse, answer: Answer, body: Buffer, clock: Clock): void {
  const { status, headers, pace = { bytesPerChunk: body.length, intervalMs: 0 }, cutAfterBytes = Infinity } = answer
  response.writeHead(status, { ...headers, 'content-length': body.length })
  response.flushHeaders()
  let written = 0
  let cancelNext = () => {}
  response.once('close', () => cancelNext())
  const writeNext = () => {
    if (response.destroyed) return
    const end = Math.min(written + pace.bytesPerChunk, body.length, cutAfterBytes)
    const piece = body.subarray(written, end)
    written = end
    if (written >= cutAfterBytes) return void response.write(piece, () => response.destroy())
    if (written >= body.length) return void response.end(piece)
    response.write(piece)
    cancelNext = clock.after(pace.intervalMs, writeNext)
  }
  writeNext()
}

function feedAnswer(response: ServerResponse, { status, headers, feed, cutAfterBytes = Infinity }: Answer): void {
  response.writeHead(status, headers)
  response.flushHeaders()
  let bytesLeft = cutAfterBytes
  const lines: LineSink = {
    write(line) {
      if (response.destroyed || response.writableEnded) return
      if (response.writableLength > MAX_BACKLOG_BYTES) return void response.destroy()
      bytesLeft -= Buffer.byteLength(line) + 1
      if (bytesLeft > 0) response.write(`${line}\n`)
      else response.write(`${line}\n`.slice(0, bytesLeft), () => response.destroy())
    },
    end: () => void response.end(),
    onClose: (listener) => void response.once('close', listener),
  }
  feed?.(lines)
}
