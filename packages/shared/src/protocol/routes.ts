import { Attachment } from './attachment.ts'
import { Config } from './config.ts'
import { Conversation, Typing } from './conversation.ts'
import { EventPage } from './event.ts'
import { Forms, Rating } from './forms.ts'
import { Grant } from './grant.ts'
import { SendMessage, SentMessage } from './message.ts'
import { Session, StartSession } from './session.ts'

/**
 * Every endpoint of the BFF once: what it takes and what it answers when all is well. Page and BFF are both written
 * against this table. A missing `request` means no body, a missing `response` 204. Errors are always a `Problem`.
 */
export const routes = {
  readConfig: { method: 'GET', path: '/api/config', response: Config },
  /** Query: `FormsQuery`. */
  readForms: { method: 'GET', path: '/api/forms', response: Forms },
  startSession: { method: 'POST', path: '/api/session', request: StartSession, response: Session },
  readSession: { method: 'GET', path: '/api/session', response: Session },
  endSession: { method: 'DELETE', path: '/api/session' },
  readGrant: { method: 'GET', path: '/api/grant', response: Grant },
  openConversation: { method: 'POST', path: '/api/conversations', response: Conversation },
  readConversation: { method: 'GET', path: '/api/conversations/:conversationId', response: Conversation },
  sendMessage: {
    method: 'POST',
    path: '/api/conversations/:conversationId/messages',
    request: SendMessage,
    response: SentMessage,
  },
  /** Query: `before` (a seq, exclusive), `limit` (1 to 200, default 50). */
  readMessages: { method: 'GET', path: '/api/conversations/:conversationId/messages', response: EventPage },
  /** Server-sent events: `id` is the seq, `event` the type, `data` a `StreamEvent`. Query: `after`, or `Last-Event-ID`. */
  followEvents: { method: 'GET', path: '/api/conversations/:conversationId/events' },
  /** The conversation as a file. Query: `TranscriptQuery`. */
  readTranscript: { method: 'GET', path: '/api/conversations/:conversationId/transcript' },
  setTyping: { method: 'POST', path: '/api/conversations/:conversationId/typing', request: Typing },
  endConversation: { method: 'POST', path: '/api/conversations/:conversationId/end' },
  /** Once it has ended. */
  rateConversation: { method: 'POST', path: '/api/conversations/:conversationId/rating', request: Rating },
  /** Wipes what was said, on both sides, for good. */
  clearConversation: { method: 'POST', path: '/api/conversations/:conversationId/clear' },
  /** The body is the file itself, with its `Content-Type` and `Content-Length`. Query: `UploadQuery`. */
  uploadAttachment: { method: 'POST', path: '/api/conversations/:conversationId/attachments', response: Attachment },
  /** The bytes, of a file of either side. */
  readAttachment: { method: 'GET', path: '/api/conversations/:conversationId/attachments/:attachmentId' },
  /** Takes back a file that was not sent yet. */
  removeAttachment: { method: 'DELETE', path: '/api/conversations/:conversationId/attachments/:attachmentId' },
  /** An image that a message names. Query: `url`, as it stands in the message. */
  readMedia: { method: 'GET', path: '/api/conversations/:conversationId/messages/:messageId/media' },
} as const

/** Sent with every request below `/api`: a foreign page cannot set it without a preflight, which is never granted (S17). */
export const CSRF_HEADER = { name: 'X-CSRF', value: '1' } as const
