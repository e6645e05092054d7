import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Front {
  readonly url: string
  /** Where lines lead from now on; nowhere before. */
  leadTo(port: number): void
  /** Cuts every line there is, as a proxy that dies. */
  cut(): void
}

/** What stands before Foyer, until the test is over: hands on bytes, and closes a line where nobody listens behind it. */
export async function startFront(): Promise<Front> {
  const lines = new Set<Socket>()
  let port = 0
  const server = createServer((line) => {
    const onward = connect(port, '127.0.0.1')
    const close = () => void (line.destroy(), onward.destroy(), lines.delete(line))
    lines.add(line)
    for (const end of [line, onward]) end.on('error', close).on('close', close)
    line.pipe(onward).pipe(line)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => lines.forEach((line) => line.destroy())
  onTestFinished(() => {
    server.close()
    cut()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (to) => void (port = to),
    cut,
  }
}
