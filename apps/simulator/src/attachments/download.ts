import type { Answer } from '../rest/answer.ts'
import { notFound } from '../rest/error-answers.ts'
import type { Exchange } from '../rest/exchange.ts'
import type { Attachments } from './attachments.ts'

/** The bytes behind a link, for as long as it lives; then 404 (web-messaging.md §14.7). */
export function answerDownload({ request }: Exchange, linkId: string, attachments: Attachments): Answer {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw notFound()
  const file = attachments.findLinked(linkId)
  if (!file) throw notFound()
  return {
    status: 200,
    headers: {
      'content-type': file.type,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      'access-control-allow-origin': '*',
    },
    body: file.bytes,
  }
}
