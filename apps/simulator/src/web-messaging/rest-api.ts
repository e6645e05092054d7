import { webMessagingPaths } from '@foyer/shared/platform/web-messaging/paths'
import { answerDownload } from '../attachments/download.ts'
import { readUpload } from '../attachments/upload.ts'
import type { Answer } from '../rest/answer.ts'
import { preflight, withCors } from '../rest/cors.ts'
import { notFound, Refusal } from '../rest/error-answers.ts'
import type { Exchange } from '../rest/exchange.ts'
import type { RestApi } from '../rest/rest-door.ts'
import type { WebMessagingDoorParts } from './door.ts'
import { readHistory } from './history.ts'
import { exchangeToken, refreshToken, revokeToken } from './sign-in.ts'

interface Operation {
  readonly name: string
  /** Undefined: the operation judges it. */
  readonly method?: string
  readonly operate: (exchange: Exchange, parts: WebMessagingDoorParts) => Answer | Promise<Answer>
}

const { history, tokenExchange, tokenRefresh, tokenRevoke } = webMessagingPaths
const OPERATIONS: Readonly<Record<string, Operation>> = {
  [history]: { name: 'webmessaging.history', method: 'GET', operate: readHistory },
  [tokenExchange]: { name: 'webmessaging.token-exchange', method: 'POST', operate: exchangeToken },
  [tokenRefresh]: { name: 'webmessaging.token-refresh', method: 'POST', operate: refreshToken },
  [tokenRevoke]: { name: 'webmessaging.token-revoke', method: 'DELETE', operate: revokeToken },
}
const UPLOAD = /^\/_storage\/uploads\/([^/]+)$/
const DOWNLOAD = /^\/api\/v2\/downloads\/([^/]+)$/

export interface WebMessagingApi extends RestApi {
  knows(url: string): boolean
}

/** The REST side of Web Messaging: history, signing in, uploads, downloads (web-messaging.md §13, §14, §18). */
export function createWebMessagingApi(parts: WebMessagingDoorParts): WebMessagingApi {
  return {
    knows: (url) => operationOf(url.split('?', 1)[0] ?? '') !== undefined,
    recognise(exchange) {
      exchange.operation = operationOf(exchange.path)?.name ?? 'unknown'
    },
    async operate(exchange) {
      const operation = operationOf(exchange.path)
      if (!operation) throw notFound()
      if (operation.method === undefined) return operation.operate(exchange, parts)
      if (exchange.request.method === 'OPTIONS') return preflight()
      if (exchange.request.method !== operation.method) {
        throw new Refusal(405, 'method.not.allowed', 'Method not allowed.')
      }
      return withCors(await answerOf(operation, exchange, parts))
    },
  }
}

/** A page of another origin reads refusals too. */
async function answerOf(operation: Operation, exchange: Exchange, parts: WebMessagingDoorParts): Promise<Answer> {
  try {
    return await operation.operate(exchange, parts)
  } catch (error) {
    if (error instanceof Refusal) return error.toAnswer(exchange.correlationId)
    throw error
  }
}

function operationOf(path: string): Operation | undefined {
  const upload = UPLOAD.exec(path)?.[1]
  if (upload !== undefined) {
    return { name: 'webmessaging.upload', operate: (exchange, parts) => readUpload(exchange, decode(upload), parts) }
  }
  const download = DOWNLOAD.exec(path)?.[1]
  if (download !== undefined) {
    const operate: Operation['operate'] = (exchange, { attachments }) =>
      answerDownload(exchange, decode(download), attachments)
    return { name: 'webmessaging.download', operate }
  }
  return OPERATIONS[path]
}

/** What cannot be decoded is the name of nothing. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
