import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Admit } from './relay-guests.ts'
import { echoIn } from './sse-scan.ts'
import { DEPLOYMENT_ID } from './web-messaging-platform.ts'

/** Guests without a relay: each holds a bare socket to the platform, and what comes over it is theirs at once. */
export function directGuests(platformUrl: string): Admit {
  return async (onEcho, name) => {
    const token = randomUUID()
    const socket = new WebSocket(`${platformUrl.replace('http', 'ws')}/v1?deploymentId=${DEPLOYMENT_ID}`, {
      perMessageDeflate: false,
    })
    const send = (frame: object) => socket.send(JSON.stringify({ token, tracingId: randomUUID(), ...frame }))
    await once(socket, 'open')
    const configured = once(socket, 'message')
    send({ action: 'configureSession', deploymentId: DEPLOYMENT_ID })
    await configured
    socket.on('message', (data) => {
      const text = echoIn(String(data as Buffer))
      if (text !== undefined) onEcho(text)
    })
    const customAttributes = name === undefined ? {} : { name }
    const events = [{ eventType: 'Presence', presence: { type: 'Join' } }]
    send({ action: 'onMessage', message: { type: 'Event', events, channel: { metadata: { customAttributes } } } })
    return {
      say: async (text) => {
        send({ action: 'onMessage', message: { type: 'Text', text } })
        return 202
      },
      leave: () => socket.terminate(),
    }
  }
}
