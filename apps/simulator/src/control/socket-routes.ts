import { Hono } from 'hono'
import type { ControlParts } from './control-parts.ts'
import { readControlBody } from './control-refusal.ts'
import { SocketDrop } from './schemas.ts'

/** The sockets of Web Messaging: who is there, and breaking them. */
export function createSocketRoutes({ sockets }: ControlParts): Hono {
  return new Hono()
    .get('/web-messaging/sockets', (context) => {
      const shown = sockets.connections().map((connection) => ({
        deploymentId: connection.deploymentId,
        guestId: connection.guest.guestId ?? null,
        conversationId: connection.guest.conversationId ?? null,
      }))
      return context.json({ sockets: shown })
    })
    .post('/web-messaging/sockets/drop', async (context) => {
      const { conversationId, code } = await readControlBody(context, SocketDrop)
      const meant = sockets
        .connections()
        .filter((connection) => conversationId === undefined || connection.guest.conversationId === conversationId)
      for (const connection of meant) connection.drop(code)
      return context.json({ dropped: meant.length })
    })
}
