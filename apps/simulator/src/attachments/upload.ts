import type { IncomingMessage } from 'node:http'
import type { Answer } from '../rest/answer.ts'
import { Refusal } from '../rest/error-answers.ts'
import type { Exchange } from '../rest/exchange.ts'
import { UPLOAD_HEADERS, type Attachments, type StoredFile } from './attachments.ts'
import { refuseBytes } from './file-limits.ts'

/**
 * The bytes of a file, put to the address of its slot with exactly the headers it came with (web-messaging.md §14.3). The
 * storage takes them; what a look at them finds is told on the socket.
 */
export async function readUpload(
  exchange: Exchange,
  id: string,
  { attachments }: { attachments: Attachments },
): Promise<Answer> {
  const { request, query } = exchange
  if (request.method !== 'PUT') return refuse(405, 'MethodNotAllowed')
  const file = attachments.findSlot(id, query.get('X-Amz-Signature') ?? '')
  if (!file) return refuse(403, 'AccessDenied', 'Request has expired')
  const signed = { ...UPLOAD_HEADERS, 'content-type': file.type }
  const isSigned = Object.entries(signed).every(([name, value]) => request.headers[name] === value)
  if (!isSigned) return refuse(403, 'SignatureDoesNotMatch')
  const bytes = await readBytes(request, file)
  const origin = `http://${request.headers.host ?? 'localhost'}`
  const error = refuseBytes(bytes.length, file.declaredSize, file.maxBytes) ?? exchange.uploadFailure
  // After the answer to the PUT, as on the platform nearly always.
  setImmediate(() => attachments.settle(file, bytes, error, origin))
  return { status: 200, headers: { etag: `"${id}"` }, body: '', isForeign: true }
}

/** No more is kept than may be taken; one byte over tells that it was more. */
async function readBytes(request: IncomingMessage, { maxBytes }: StoredFile): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes <= maxBytes + 1) chunks.push(chunk)
    }
  } catch {
    throw new Refusal(400, 'client.failed.request', 'The request stream broke off.')
  }
  return bytes <= maxBytes ? Buffer.concat(chunks) : Buffer.alloc(maxBytes + 1)
}

/** As the storage words it, which is not the API. */
function refuse(status: number, code: string, message = code): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`
  return { status, headers: { 'content-type': 'application/xml' }, body, isForeign: true }
}
