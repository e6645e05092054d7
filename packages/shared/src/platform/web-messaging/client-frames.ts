import * as v from 'valibot'
import { InboundContent } from './content.ts'
import { AttributeChannel } from './message.ts'

/**
 * What a client sends over the socket (§4). Patient where real clients differ: what any of them leaves out is optional, and
 * what none of them was seen to send is dropped.
 */

/** At most 2048 characters, made by the client: the session's name and its only secret (§9.1). */
const Token = v.pipe(v.string(), v.minLength(1), v.maxLength(2048))
const TracingId = v.nullish(v.string())

const request = <Action extends string, Entries extends v.ObjectEntries>(action: Action, entries: Entries) =>
  v.object({ action: v.literal(action), token: Token, tracingId: TracingId, ...entries })

/** Any frame: enough to answer it, also when the rest makes no sense. */
export const ClientEnvelope = v.object({ action: v.string(), tracingId: v.optional(v.unknown()) })

const Configure = {
  deploymentId: v.string(),
  startNew: v.nullish(v.boolean()),
  journeyContext: v.nullish(v.looseObject({})),
}

/** An event a guest may cause: typing, joining, clearing (§8). */
export const ClientEvent = v.object({
  eventType: v.string(),
  typing: v.nullish(v.object({ type: v.string() })),
  presence: v.nullish(v.object({ type: v.string() })),
})

/** `type` is absent on a message of files alone (§4.3). Attributes may stand here or in the frame (§22). */
export const ClientMessage = v.object({
  type: v.nullish(v.picklist(['Text', 'Structured', 'Event', 'Message', 'Receipt'])),
  text: v.nullish(v.string()),
  content: v.nullish(v.array(InboundContent)),
  events: v.nullish(v.array(ClientEvent)),
  metadata: v.nullish(v.record(v.string(), v.string())),
  channel: v.nullish(AttributeChannel),
})
export type ClientMessage = v.InferOutput<typeof ClientMessage>

export const ClientFrame = v.variant('action', [
  request('configureSession', Configure),
  request('configureAuthenticatedSession', { ...Configure, data: v.object({ code: v.string() }) }),
  request('onMessage', {
    message: ClientMessage,
    channel: v.nullish(AttributeChannel),
    attachmentIds: v.nullish(v.array(v.string())),
  }),
  v.object({
    action: v.literal('echo'),
    token: v.nullish(Token),
    tracingId: TracingId,
    message: v.object({ type: v.nullish(v.string()), text: v.nullish(v.string()) }),
  }),
  request('onAttachment', {
    attachmentId: v.nullish(v.string()),
    fileName: v.string(),
    fileType: v.string(),
    fileSize: v.nullish(v.number()),
    errorsAsJson: v.nullish(v.boolean()),
  }),
  request('getAttachment', { attachmentId: v.string() }),
  request('deleteAttachment', { attachmentId: v.string() }),
  request('getJwt', {}),
  request('closeSession', { closeAllConnections: v.optional(v.boolean(), false) }),
  request('getConfiguration', { deploymentId: v.string() }),
  /** Named by the schema, sent by nobody (§3.1). */
  request('resumeToken', {}),
])
export type ClientFrame = v.InferOutput<typeof ClientFrame>
