import { webMessagingPaths } from '@foyer/shared/platform/web-messaging/paths'
import { readUpload } from '../attachments/upload.ts'
import { answerDownload } from '../attachments/download.ts'
import type { RestApi } from '../rest/rest-door.ts'
import { notFound } from '../rest/error-answers.ts'
import type { WebMessagingDoorParts } from './door.ts'
import { readHistory } from './history.ts'

const UPLOAD = /^\/_storage\/uploads\/([^/]+)$/
const DOWNLOAD = /^\/api\/v2\/downloads\/([^/]+)$/

export interface WebMessagingApi extends RestApi {
  knows(url: string): boolean
}

/** The REST side of Web Messaging: history, uploads, downloads (web-messaging.md §13, §14). */
export function createWebMessagingApi(parts: WebMessagingDoorParts): WebMessagingApi {
  return {
    knows: (url) => operationOf(url.split('?', 1)[0] ?? '') !== undefined,
    recognise(exchange) {
      exchange.operation = operationOf(exchange.path)?.name ?? 'unknown'
    },
    async operate(exchange) {
      const operation = operationOf(exchange.path)
      switch (operation?.name) {
        case 'webmessaging.history':
          return readHistory(exchange, parts)
        case 'webmessaging.upload':
          return readUpload(exchange, operation.id, parts)
        case 'webmessaging.download':
          return answerDownload(exchange, operation.id, parts.attachments)
        case undefined:
          throw notFound()
      }
    },
  }
}

function operationOf(path: string) {
  if (path === webMessagingPaths.history) return { name: 'webmessaging.history' as const, id: '' }
  const upload = UPLOAD.exec(path)?.[1]
  if (upload !== undefined) return { name: 'webmessaging.upload' as const, id: decodeURIComponent(upload) }
  const download = DOWNLOAD.exec(path)?.[1]
  return download === undefined ? undefined : { name: 'webmessaging.download' as const, id: download }
}
