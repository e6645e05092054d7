import type { WebSocket } from 'ws'

/** How often a live line is tried; one that has not answered by the next time is dead (web-messaging.md §2.3). */
export const HEARTBEAT_MS = 15_000

/** One timer for all sockets: an idle guest costs no timer of their own. */
export interface Heartbeat {
  /** Until the returned function is called. */
  watch(socket: WebSocket): () => void
  stop(): void
}

export function startHeartbeat(intervalMs = HEARTBEAT_MS): Heartbeat {
  const sockets = new Map<WebSocket, { isAlive: boolean }>()

  const timer = setInterval(() => {
    for (const [socket, state] of sockets) {
      if (socket.readyState !== socket.OPEN) continue
      if (!state.isAlive) socket.terminate()
      else {
        state.isAlive = false
        socket.ping()
      }
    }
  }, intervalMs)
  timer.unref()

  return {
    watch(socket) {
      const state = { isAlive: true }
      sockets.set(socket, state)
      const hear = () => void (state.isAlive = true)
      socket.on('pong', hear)
      socket.on('message', hear)
      return () => void sockets.delete(socket)
    },
    stop() {
      clearInterval(timer)
      sockets.clear()
    },
  }
}
