import { answerFrame, errorFrame, errors, eventFrame, FrameRefusal, refusal } from '../frames.ts'
import { requireSession, type Call } from './call.ts'

/** `onAttachment` (web-messaging.md §4.5): a slot, or why there is none, in the form the client asked for. */
export function onAttachment(call: Call<'onAttachment'>): void {
  const { frame, deployment, connection, attachments, tracingId } = call
  const { key } = requireSession(call)
  const slot = attachments.request(key, deployment, frame, connection.origin)
  if ('url' in slot) return connection.send(answerFrame('PresignedUrlResponse', slot, tracingId))
  if (!frame.errorsAsJson) throw new FrameRefusal((id) => errorFrame(slot.errorCode, slot.errorMessage, id))
  const attachmentId = frame.attachmentId ?? ''
  const timestamp = new Date(call.world.clock.now()).toISOString()
  const body = { attachmentId, ...slot, timestamp }
  connection.send({ type: 'response', class: 'GenerateUrlError', code: 400, body, tracingId })
}

/** `getAttachment` (§4.6): a fresh link to a file that is there. */
export function getAttachment(call: Call<'getAttachment'>): void {
  const { frame, connection, attachments, tracingId } = call
  const { key } = requireSession(call)
  const link = attachments.refresh(key, frame.attachmentId, connection.origin)
  if (link === 'unknown') throw refusal(errors.attachmentUnknown)
  if (link === 'expired') throw refusal(errors.attachmentExpired)
  connection.send(answerFrame('PresignedUrlResponse', link, tracingId))
}

/** `deleteAttachment` (§4.7): only for a file that was not sent. */
export function deleteAttachment(call: Call<'deleteAttachment'>): void {
  const { frame, connection, attachments, tracingId } = call
  const { key } = requireSession(call)
  if (!attachments.remove(key, frame.attachmentId)) throw refusal(errors.attachmentUnknown)
  connection.send(eventFrame('AttachmentDeletedResponse', { attachmentId: frame.attachmentId }, tracingId))
}
