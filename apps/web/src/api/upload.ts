import { Attachment } from '@foyer/shared/protocol/attachment'
import { CSRF_HEADER, routes } from '@foyer/shared/protocol/routes'
import * as v from 'valibot'
import { readProblem, UnreachableError } from './problem-error.ts'
import { newTraceparent } from './traceparent.ts'

export interface UploadOptions {
  /** From 0 to 1. */
  onProgress(share: number): void
  signal: AbortSignal
}

/**
 * Sends a file up. Throws ProblemError, UnreachableError, or the signal's reason. `fetch` cannot tell how far it got, so
 * this one goes by XMLHttpRequest.
 */
export async function uploadFile(
  conversationId: string,
  file: File,
  { onProgress, signal }: UploadOptions,
): Promise<Attachment> {
  signal.throwIfAborted()
  const { method, path } = routes.uploadAttachment
  const request = new XMLHttpRequest()
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  request.open(method, `${path.replace(':conversationId', conversationId)}?${new URLSearchParams({ name: file.name })}`)
  request.setRequestHeader(CSRF_HEADER.name, CSRF_HEADER.value)
  request.setRequestHeader('traceparent', newTraceparent())
  request.setRequestHeader('content-type', file.type || 'application/octet-stream')
  request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
  request.onload = () => resolve(toResponse(request))
  request.onerror = () => reject(new UnreachableError('no answer'))
  request.onabort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', () => request.abort(), { once: true })
  request.send(file)

  const response = await promise
  if (!response.ok) throw await readProblem(response)
  const answer = v.safeParse(Attachment, await response.json().catch(() => undefined))
  if (!answer.success) throw new UnreachableError('unexpected answer', { cause: answer.issues })
  return answer.output
}

function toResponse({ status, responseText }: XMLHttpRequest): Response {
  // Outside of this range there can be no Response; such an answer is not one of ours.
  return new Response(responseText, { status: status >= 200 && status <= 599 ? status : 502 })
}
