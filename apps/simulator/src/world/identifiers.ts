import { randomBytes, randomUUID } from 'node:crypto'

/** Conversations, guests, correlation: UUIDs (platform-api.md §5.8). */
export const createUuid = () => randomUUID()
/** Messages: 32 hexadecimal digits. */
export const createMessageId = () => randomUUID().replaceAll('-', '')
export const createAccessToken = () => randomBytes(44).toString('base64url')
export const createRefreshToken = () => randomBytes(32).toString('base64url')
/** Shaped like one, and opaque: nobody but its maker reads it. */
export const createJwt = () =>
  ['header', 'claims', 'signature'].map(() => randomBytes(18).toString('base64url')).join('.')
