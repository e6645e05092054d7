import { routes } from '@foyer/shared/protocol/routes'
import { TranscriptQuery } from '@foyer/shared/protocol/transcript'
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type { Relay } from '../conversations/relay.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { Logger } from '../logger.ts'
import { parse } from '../middleware/json-body.ts'
import type { RequestIdEnv } from '../middleware/request-id.ts'
import type { SessionEnv } from '../middleware/session-cookie.ts'
import { readTranscript } from '../transcripts/transcript.ts'
import { transcriptLanguage } from '../transcripts/transcript-words.ts'
import { writeTranscript } from '../transcripts/write-transcript.ts'
import { cutOff } from './cut-off.ts'
import { requireOwned } from './owned-conversation.ts'

const TYPES = {
  txt: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  json: 'application/json',
}

export interface TranscriptRouteParts {
  readonly relay: Relay
  readonly log: EventLog
  /** Who may frame an answer: the directive. */
  readonly frameAncestors: string
  readonly logger: Logger
}

interface Env {
  Bindings: HttpBindings
  Variables: SessionEnv['Variables'] & RequestIdEnv['Variables']
}

/** What was said, as a file for the guest to keep; also after the conversation's end, as long as the session lives. */
export function createTranscriptRoutes({ relay, log, frameAncestors, logger }: TranscriptRouteParts): Hono<Env> {
  return new Hono<Env>().get(routes.readTranscript.path, async (c) => {
    const { session, record } = await requireOwned(c, relay)
    const { format, timeZone, locale } = parse(TranscriptQuery, c.req.query())
    const { conversationId } = record
    const startedAt = new Date(record.startedAtMs).toISOString()
    const pieces = writeTranscript[format]({
      ...{ conversationId, startedAt, entries: readTranscript(log, conversationId) },
      language: transcriptLanguage(locale ?? session.guest.locale, timeZone),
    })
    const bytes = ReadableStream.from(pieces).pipeThrough(new TextEncoderStream()) as ReadableStream<Uint8Array>
    // The answer has begun: a failure from here on can only end it.
    const failed = (error: unknown) =>
      logger.error({ event: 'transcript-failed', requestId: c.get('requestId'), err: error })
    return c.body(cutOff(bytes, c.env.outgoing, failed), 200, {
      'Content-Type': TYPES[format],
      'Content-Disposition': `attachment; filename="chat-${startedAt.slice(0, 10)}.${format}"`,
      // The words of strangers: never a document of this origin (S31).
      'Content-Security-Policy': `default-src 'none'; sandbox; ${frameAncestors}`,
    })
  })
}
