import { ClientEnvelope, ClientFrame } from '@foyer/shared/platform/web-messaging/client-frames'
import * as v from 'valibot'
import type { RawData, WebSocket } from 'ws'
import type { Attachments } from '../attachments/attachments.ts'
import type { ActiveFaults, FrameContext } from '../faults/active-faults.ts'
import type { FrameLine } from '../faults/fault.ts'
import type { Logger } from '../logger.ts'
import { parseJson } from '../rest/read-body.ts'
import type { World } from '../world/world.ts'
import { deleteAttachment, getAttachment, onAttachment } from './actions/attachments.ts'
import type { Call, CallConnection } from './actions/call.ts'
import { configureAuthenticatedSession } from './actions/configure-authenticated.ts'
import { configureSession } from './actions/configure.ts'
import { onMessage } from './actions/on-message.ts'
import { closeSession, echo, getConfiguration, getJwt, resumeToken } from './actions/session-actions.ts'
import type { FrameJournal } from './frame-journal.ts'
import { errors, FrameRefusal, refusal, toJson, tooManyRequests, type OutgoingFrame } from './frames.ts'
import { Rate } from './rate.ts'
import type { Sessions } from './sessions.ts'

export interface ConnectionParts {
  readonly world: World
  readonly sessions: Sessions
  readonly attachments: Attachments
  readonly faults: ActiveFaults
  readonly journal: FrameJournal
  readonly logger: Logger
}

type Actions = { readonly [Action in ClientFrame['action']]: (call: Call<Action>) => void }

const actions: Actions = {
  configureSession,
  configureAuthenticatedSession,
  onMessage,
  echo,
  onAttachment,
  getAttachment,
  deleteAttachment,
  getJwt,
  closeSession,
  getConfiguration,
  resumeToken,
}

/** How long a client that lost its place may take to go (web-messaging.md §21.10). */
const EVICTION_MS = 1_000
/** A reader this far behind is dropped. */
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024

/** One socket of a client, from its upgrade to its close. */
export class Connection implements CallConnection {
  sessionKey: string | undefined
  readonly origin: string
  readonly deploymentId: string
  readonly echoes = new Rate(60_000)
  readonly #requests = new Rate(60_000)
  readonly #parts: ConnectionParts
  readonly #socket: WebSocket
  readonly #line: FrameLine

  constructor(socket: WebSocket, deploymentId: string, origin: string, parts: ConnectionParts) {
    this.#socket = socket
    this.#parts = parts
    this.deploymentId = deploymentId
    this.origin = origin
    this.#line = {
      push: (frame) => this.#push(frame),
      close: (code) => this.drop(code),
      clock: parts.world.clock,
    }
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('close', () => this.sessionKey !== undefined && parts.sessions.detach(this.sessionKey, this))
    // A line that breaks is followed by its close.
    socket.on('error', () => undefined)
  }

  /** Whose it is, and of which conversation, once it has configured a session. */
  get guest(): Pick<FrameContext, 'guestId' | 'conversationId'> {
    return this.#context()
  }

  send(frame: OutgoingFrame): void {
    this.#parts.faults.deliver({ ...this.#context(), class: frame.class }, frame, this.#line)
  }

  evict(farewell: OutgoingFrame): void {
    this.send(farewell)
    this.sessionKey = undefined
    this.#parts.world.clock.after(EVICTION_MS, () => this.#socket.close(1000))
  }

  /** Ends the socket from this side; 1006 breaks the line without a word. */
  drop(code: number): void {
    if (code === 1006) this.#socket.terminate()
    else this.#socket.close(code)
  }

  #push(frame: OutgoingFrame): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#socket.bufferedAmount > MAX_BACKLOG_BYTES) return this.#socket.terminate()
    const json = toJson(frame)
    this.#parts.journal.sent(this.#context(), frame, json)
    this.#socket.send(json)
  }

  #receive(data: RawData, isBinary: boolean): void {
    const text = isBinary ? '' : (data as Buffer).toString()
    const value = parseJson(text)
    const envelope = v.safeParse(ClientEnvelope, value)
    const tracingId =
      envelope.success && typeof envelope.output.tracingId === 'string' ? envelope.output.tracingId : undefined
    const action = envelope.success ? envelope.output.action : 'unreadable'
    this.#parts.journal.received(this.#context(), action, text)
    try {
      this.#serve(value, action, tracingId)
    } catch (error) {
      if (error instanceof FrameRefusal) return this.send(error.frame(tracingId))
      this.#parts.logger.error('frame_failed', error)
      this.send({ type: 'response', class: 'string', code: 5000, body: 'Unexpected error', tracingId })
    }
  }

  #serve(value: unknown, action: string, tracingId: string | undefined): void {
    const { world, faults, sessions, attachments } = this.#parts
    const deployment = world.findDeployment(this.deploymentId)
    if (!deployment) throw refusal(errors.deploymentUnknown)
    const waitSeconds = this.#requests.exceed(deployment.limits.requestsPerConnectionPerMinute, world.clock.now())
    if (waitSeconds !== undefined) throw tooManyRequests(waitSeconds, 'Request rate too high for this connection')
    const instead = faults.request({ ...this.#context(), action }, tracingId)
    if (instead === 'expire') return this.#expire()
    if (instead) return this.send(instead)
    const frame = v.safeParse(ClientFrame, value)
    if (!frame.success) throw refusal(errors.badRequest)
    const call = { frame: frame.output, connection: this, deployment, world, sessions, attachments, tracingId }
    // The action is the frame's own: TypeScript cannot see that the two belong together.
    ;(actions[frame.output.action] as (call: Call) => void)(call as Call)
  }

  #expire(): void {
    const session = this.#session()
    if (!session) throw refusal(errors.sessionUnknown)
    this.#parts.sessions.expire(session)
  }

  #session() {
    return this.sessionKey === undefined ? undefined : this.#parts.sessions.find(this.sessionKey)
  }

  #context(): FrameContext {
    const session = this.#session()
    return { clientId: this.deploymentId, guestId: session?.guestId, conversationId: session?.conversation?.id }
  }
}
