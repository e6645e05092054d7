import { once } from 'node:events'
import { createServer } from 'node:net'

/** For a process that is about to start. Below the range of which the system gives (`ip_local_port_range`): nobody else is given it meanwhile. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(12_000 * Math.random())
    const server = createServer()
    const isFree = await once(server.listen(port, '127.0.0.1'), 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
