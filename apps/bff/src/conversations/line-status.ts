import type { Clock } from '../clock.ts'
import type { UpstreamError } from '../connectors/upstream-error.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { Logger } from '../logger.ts'
import type { ConnectionStatus } from './conversation.ts'

interface Parts {
  readonly log: Pick<EventLog, 'tell'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Whether the platform can be reached, told to whoever listens as it changes. */
export class LineStatus {
  readonly #parts: Parts
  readonly #conversationId: string
  #current: ConnectionStatus = { state: 'connecting' }
  /** What the platform tells is heard. */
  isListening = false

  constructor(conversationId: string, parts: Parts) {
    this.#conversationId = conversationId
    this.#parts = parts
  }

  get current(): ConnectionStatus {
    return this.#current
  }

  tell(status: ConnectionStatus): void {
    if (status.state === 'up' && this.#current.state === 'up') return
    this.#current = status
    this.#parts.log.tell(this.#conversationId, { type: 'connection', ...status })
  }

  /** The next attempt is made in so many milliseconds. */
  down(error: UpstreamError, retryInMs: number): void {
    const { clock, logger } = this.#parts
    logger.warn({ event: 'upstream-down', cause: error.code, retryInMs: Math.round(retryInMs) })
    const retryAt = new Date(clock.now() + retryInMs).toISOString()
    this.tell({ state: 'down', retryAt })
  }

  /** Something was answered: whatever waited for that is over, unless listening itself has trouble. */
  answered(): void {
    if (this.isListening) this.tell({ state: 'up' })
  }
}
