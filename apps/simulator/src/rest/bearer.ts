import type { IncomingMessage } from 'node:http'
import { tokenMissing } from './error-answers.ts'

/** The token of `Authorization`; its scheme in any case (RFC 9110 §11.1). Throws Refusal. */
export function readBearer({ headers }: IncomingMessage): string {
  const [scheme = '', token = ''] = (headers.authorization ?? '').split(' ')
  if (scheme.toLowerCase() !== 'bearer' || token === '') throw tokenMissing()
  return token
}
