import { connect } from 'node:net'

/** Limits with which every connection comes to its end by itself, soon: what was answered until then is all there is. */
export const IMPATIENT = {
  headersTimeout: 1_000,
  requestTimeout: 1_500,
  connectionsCheckingInterval: 50,
  keepAliveTimeout: 50,
  keepAliveTimeoutBuffer: 0,
} as const

/** Writes bytes to a server, and resolves to all it answers until it closes the connection. */
export async function exchange(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const closed = new Promise((resolve) => socket.once('close', resolve))
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk))
  socket.on('error', () => undefined)
  socket.write(Buffer.from(bytes, 'latin1'))
  await closed
  return answer
}

/** The status of each answer, in order; one follows the other's body without a line end. */
export const statusesOf = (answer: string): number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
