import { startSimulator } from '@foyer/simulator/start-simulator'
import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, messagesOf, stateOf } from './support/guest.ts'
import { startBoth, startFoyer, type Foyer } from './support/start-foyer.ts'
import { newDatabaseFile } from './support/stores.ts'
import { onlyConversation, saidUpstream } from './support/upstream.ts'
import { connectWebMessaging, DOT, loosePlatform } from './support/web-messaging.ts'

/* R7: what a browser asks for and does not wait for is read no further; what it sent is delivered all the same. */

/** Far below every deadline of the platform's: what ends by then was ended. */
const SOON_MS = 4_000

/** A request on a connection of its own, which `destroy` ends as a closed tab does. */
function ask({ url }: Foyer, guest: Guest, method: string, path: string, body?: object): ClientRequest {
  const headers = { Origin: url, 'X-CSRF': '1', Cookie: guest.cookie ?? '', 'Content-Type': 'application/json' }
  const outgoing = request(`${url}${path}`, { method, agent: false, headers })
  onTestFinished(() => void outgoing.destroy())
  outgoing.on('error', () => undefined).end(body && JSON.stringify(body))
  return outgoing
}

/** The platform, but for one picture, of which it says no more than `beginning`; and how many connections wait for it. */
async function startWithPicture(platformUrl: string, beginning: string) {
  let waiting = 0
  const server = createServer((near) => {
    near.on('error', () => undefined)
    near.once('data', (head) => {
      if (head.toString('latin1').startsWith('GET /picture.png ')) {
        waiting++
        near.once('close', () => waiting--).write(beginning, 'latin1')
        return
      }
      const far = connect(Number(new URL(platformUrl).port), '127.0.0.1')
      far.on('error', () => near.destroy())
      near.once('close', () => far.destroy())
      far.write(head)
      near.pipe(far).pipe(near)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, waiting: () => waiting }
}

const HALF = `HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 1000000\r\n\r\n${DOT.toString('latin1')}`

test.each([
  ['before its answer', '', false],
  ['half way', HALF + '\0'.repeat(100_000), true],
])('R7 a picture for a browser that leaves %s is not read any further', async (_, beginning, begins) => {
  const simulator = await startSimulator(loosePlatform())
  onTestFinished(() => simulator.close())
  const platform = await startWithPicture(simulator.url, beginning)
  const foyer = await startFoyer(platform.url, { connect: connectWebMessaging })
  onTestFinished(() => foyer.close())
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const id = await onlyConversation(simulator)
  const image = `${platform.url}/picture.png`
  await simulator.control.joinAgent(id, 'Noor', { image })
  await simulator.control.sendAgentMessage(id, 'hello')
  const { messageId } = await eventually('it is heard', () => messagesOf(events).find(({ from }) => from.image))

  const path = `${guest.path}/messages/${messageId}/media?url=${encodeURIComponent(image)}`
  const asked = ask(foyer, guest, 'GET', path)
  if (begins) {
    const [incoming] = (await once(asked, 'response')) as [IncomingMessage]
    incoming.on('error', () => undefined)
    await once(incoming, 'data')
  }
  await eventually('it is read', () => platform.waiting() === 1)
  asked.destroy()
  await eventually('it is let go of', () => platform.waiting() === 0, SOON_MS)
  expect((await guest.send('still here')).status).toBe(202)
})

const connectionsOf = (server: Server): Promise<number> => promisify(server.getConnections.bind(server))()

test('R7 a message of a browser that leaves is kept and delivered once, though nobody waits for its answer', async () => {
  const store = newDatabaseFile()
  const { foyer, simulator } = await startBoth({}, { store })
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const id = await onlyConversation(simulator)
  await eventually('it listens', () => events.some((event) => event.type === 'connection' && event.state === 'up'))
  // As long as another process has the store, the message is under way.
  const other = new DatabaseSync(store)
  other.exec('PRAGMA busy_timeout = 2000; BEGIN IMMEDIATE')
  const before = await connectionsOf(foyer.server)
  const message = { messageId: 'message-1', text: 'last words' }
  const asked = ask(foyer, guest, 'POST', `${guest.path}/messages`, message)
  await eventually('it is asked', async () => asked.writableFinished && (await connectionsOf(foyer.server)) > before)
  asked.destroy()
  await eventually('it has left', async () => (await connectionsOf(foyer.server)) === before)
  other.close()

  await eventually('it is sent', () => stateOf(events, 'message-1') === 'sent')
  expect(await saidUpstream(simulator, id)).toEqual(['last words'])
  // The page, opened again, asks whether it was taken.
  expect(await guest.send('last words', 'message-1')).toMatchObject({ status: 200, body: { state: 'sent' } })
  expect(await saidUpstream(simulator, id)).toEqual(['last words'])
})
