import { AttachmentId, UploadQuery } from '@foyer/shared/protocol/attachment'
import { MessageId } from '@foyer/shared/protocol/identifiers'
import { routes } from '@foyer/shared/protocol/routes'
import type { HttpBindings } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import * as v from 'valibot'
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { ConversationFile, Relay } from '../conversations/relay.ts'
import { parse } from '../middleware/json-body.ts'
import type { SessionEnv } from '../middleware/session-cookie.ts'
import { RequestError } from '../problems.ts'
import { noteActivity } from '../sessions/note-activity.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { cutOff } from './cut-off.ts'
import { contradicts, lookAt, servedType } from './file-kind.ts'
import { requireOwned } from './owned-conversation.ts'

export interface AttachmentRouteParts {
  readonly sessions: SessionStore
  readonly relay: Relay
  readonly clock: Clock
  /** Who may frame an answer: the directive. */
  readonly frameAncestors: string
}

interface Env {
  Bindings: HttpBindings
  Variables: SessionEnv['Variables']
}

const MediaQuery = v.strictObject({ url: v.pipe(v.string(), v.maxLength(2048)) })

/** How long a file may take, either way. */
const TRANSFER_MS = 5 * 60_000

/** Files of both sides, streamed through: none is held in memory or kept. Neither side is believed what its file is. */
export function createAttachmentRoutes({ sessions, relay, clock, frameAncestors }: AttachmentRouteParts): Hono<Env> {
  const limit = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(TRANSFER_MS)])

  /** A stranger's bytes: never a document of this origin, whatever they say they are (S31). */
  async function answerFile(c: Context<Env>, { bytes, name, size }: ConversationFile): Promise<Response> {
    const file = await lookAt(bytes).catch(() => {
      throw new RequestError('platform-unavailable')
    })
    c.header('Content-Type', servedType(file.found))
    c.header('Content-Disposition', `attachment${name === undefined ? '' : `; filename*=UTF-8''${encodeName(name)}`}`)
    c.header('Content-Security-Policy', `default-src 'none'; sandbox; ${frameAncestors}`)
    if (size !== undefined) c.header('Content-Length', String(size))
    return c.body(cutOff(file.bytes, c.env.outgoing))
  }

  return new Hono<Env>()
    .post(routes.uploadAttachment.path, async (c) => {
      const { session, record } = await requireOwned(c, relay)
      const { name } = parse(UploadQuery, c.req.query())
      const mediaType = readMediaType(c.req.header('Content-Type'), c.req.header('Content-Encoding'))
      const size = readSize(c.req.header('Content-Length'))
      await noteActivity(sessions, session, clock.now())
      if (record.state === 'ended') throw new RequestError('conversation-ended')
      const { found, bytes } = await lookAt(c.req.raw.body ?? new Blob([]).stream())
      if (contradicts(mediaType, found)) {
        throw new RequestError('attachment-refused', 'The file is not what its type says.', {
          ...{ reason: 'file-type', fileRefusal: 'content' },
        })
      }
      const attachment = { attachmentId: randomUUID(), name, mediaType, size }
      await relay.files(record).upload({ ...attachment, bytes }, limit(c.req.raw.signal))
      return c.json(attachment, 201)
    })

    .get(routes.readAttachment.path, async (c) => {
      const { record } = await requireOwned(c, relay)
      const { signal } = c.req.raw
      return answerFile(c, await relay.files(record).download(requireAttachmentId(c), limit(signal)))
    })

    .get(routes.readMedia.path, async (c) => {
      const { record } = await requireOwned(c, relay)
      const { url } = parse(MediaQuery, c.req.query())
      const { signal } = c.req.raw
      const messageId = c.req.param('messageId')
      if (!v.is(MessageId, messageId)) throw new RequestError('attachment-not-found')
      return answerFile(c, await relay.readPicture(record, messageId, url, limit(signal)))
    })

    .delete(routes.removeAttachment.path, async (c) => {
      const { record } = await requireOwned(c, relay)
      await relay.files(record).remove(requireAttachmentId(c), c.req.raw.signal)
      return c.body(null, 204)
    })
}

/** An id of another form names nothing, and is not passed on (S6). */
function requireAttachmentId(c: Context): string {
  const attachmentId = c.req.param('attachmentId')
  if (!v.is(AttachmentId, attachmentId)) throw new RequestError('attachment-not-found')
  return attachmentId
}

/** RFC 8187 §3.2.1. */
const encodeName = (name: string) =>
  encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)

function readMediaType(contentType = '', contentEncoding: string | undefined): string {
  const [type = ''] = contentType.toLowerCase().split(';', 1)
  if (contentEncoding !== undefined || !/^[\w.+-]{1,127}\/[\w.+-]{1,127}$/.test(type.trim())) {
    throw new RequestError('unsupported-media-type', 'The Content-Type must be that of the file.')
  }
  return type.trim()
}

/** The limits are checked against it before a byte is read, so it must be there. */
function readSize(contentLength: string | undefined): number {
  if (contentLength !== undefined && /^\d{1,12}$/.test(contentLength)) return Number(contentLength)
  const errors = [{ path: 'Content-Length', message: 'must be the size of the file' }]
  throw new RequestError('invalid-request', undefined, { errors })
}
