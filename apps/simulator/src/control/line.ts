import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A line to the platform that can go dead without breaking, as lines do. */
export interface Line {
  /** Origin to use instead of the platform's. */
  readonly url: string
  /** Connections that were ever opened over it. */
  readonly opened: () => number
  /** From now on nothing gets through, either way, though connections stay open and new ones are accepted. */
  hold(): void
  /** What was held gets through, however late. */
  release(): void
  /** What was held is lost, and every connection with it; new ones work. */
  cut(): void
  close(): Promise<void>
}

interface Pair {
  readonly near: Socket
  readonly far: Socket
}

export async function startLine(platformUrl: string): Promise<Line> {
  const { hostname, port } = new URL(platformUrl)
  const pairs = new Set<Pair>()
  let isHeld = false
  let opened = 0

  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    const pair = { near, far }
    pairs.add(pair)
    opened += 1
    for (const socket of [near, far]) {
      socket.on('error', () => drop(pair))
      socket.on('close', () => drop(pair))
    }
    if (!isHeld) join(pair)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  function drop(pair: Pair): void {
    // What the near end still said before it went away is on its way, when the line is held.
    if (isHeld) return
    pairs.delete(pair)
    pair.near.destroy()
    pair.far.destroy()
  }

  const release = () => {
    isHeld = false
    for (const pair of pairs) join(pair)
  }
  const cut = () => {
    isHeld = false
    for (const pair of pairs) drop(pair)
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    opened: () => opened,
    hold() {
      isHeld = true
      for (const pair of pairs) part(pair)
    },
    release,
    cut,
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}

function join({ near, far }: Pair): void {
  near.pipe(far)
  far.pipe(near)
}

function part({ near, far }: Pair): void {
  near.unpipe(far).pause()
  far.unpipe(near).pause()
}
