import { UploadQuery } from '@foyer/shared/protocol/attachment'
import { routes } from '@foyer/shared/protocol/routes'
import { Hono } from 'hono'
import * as v from 'valibot'
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { ConversationFile, Relay } from '../conversations/relay.ts'
import { parse } from '../middleware/json-body.ts'
import type { SessionEnv } from '../middleware/session-cookie.ts'
import { RequestError } from '../problems.ts'
import { noteActivity } from '../sessions/note-activity.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { requireOwned } from './owned-conversation.ts'

export interface AttachmentRouteParts {
  readonly sessions: SessionStore
  readonly relay: Relay
  readonly clock: Clock
}

const MediaQuery = v.strictObject({ url: v.pipe(v.string(), v.maxLength(2048)) })

/** How long a file may take, either way. */
const TRANSFER_MS = 5 * 60_000

/** Files of both sides, streamed through: none is held in memory or kept. */
export function createAttachmentRoutes({ sessions, relay, clock }: AttachmentRouteParts): Hono<SessionEnv> {
  const limit = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(TRANSFER_MS)])

  return new Hono<SessionEnv>()
    .post(routes.uploadAttachment.path, async (c) => {
      const { session, record } = await requireOwned(c, relay)
      const { name } = parse(UploadQuery, c.req.query())
      const mediaType = readMediaType(c.req.header('Content-Type'), c.req.header('Content-Encoding'))
      const size = readSize(c.req.header('Content-Length'))
      const bytes = c.req.raw.body ?? new Blob([]).stream()
      await noteActivity(sessions, session, clock.now())
      if (record.state === 'ended') throw new RequestError('conversation-ended')
      const attachment = { attachmentId: randomUUID(), name, mediaType, size }
      await relay.files(record).upload({ ...attachment, bytes }, limit(c.req.raw.signal))
      return c.json(attachment, 201)
    })

    .get(routes.readAttachment.path, async (c) => {
      const { record } = await requireOwned(c, relay)
      const { signal } = c.req.raw
      return answerFile(await relay.files(record).download(c.req.param('attachmentId'), limit(signal)))
    })

    .get(routes.readMedia.path, async (c) => {
      const { record } = await requireOwned(c, relay)
      const { url } = parse(MediaQuery, c.req.query())
      const { signal } = c.req.raw
      return answerFile(await relay.readPicture(record, c.req.param('messageId'), url, limit(signal)))
    })

    .delete(routes.removeAttachment.path, async (c) => {
      const { record } = await requireOwned(c, relay)
      await relay.files(record).remove(c.req.param('attachmentId'), c.req.raw.signal)
      return c.body(null, 204)
    })
}

/** Types that a browser may show as they are: pictures and recordings, nothing that can run. */
const HARMLESS = /^(image\/(png|jpeg|gif|webp|avif|bmp)|audio\/[\w.+-]+|video\/[\w.+-]+|application\/pdf)$/

/** A stranger's bytes: never a document of this origin, whatever they say they are (S31). */
function answerFile({ bytes, mediaType, name, size }: ConversationFile): Response {
  return new Response(bytes, {
    headers: {
      'Content-Type': HARMLESS.test(mediaType) ? mediaType : 'application/octet-stream',
      'Content-Disposition': `attachment${name === undefined ? '' : `; filename*=UTF-8''${encodeName(name)}`}`,
      'Content-Security-Policy': "default-src 'none'; sandbox",
      ...(size === undefined ? {} : { 'Content-Length': String(size) }),
    },
  })
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
