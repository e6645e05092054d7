import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConfigError, reasonOf } from './config-error.ts'
import { KEY_BYTES } from './storage/sealing.ts'

/** The key of an embedded store, made at the first start and kept beside it; a store in memory has one as short-lived. */
export function keepKey(store: string): Uint8Array {
  if (store === ':memory:') return randomBytes(KEY_BYTES)
  const file = `${store}.key`
  try {
    if (existsSync(file)) return readKey(file)
    const key = randomBytes(KEY_BYTES)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${key.toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
    return key
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError([`FOYER_STORE: its key ${file} can be neither read nor made (${reasonOf(error)})`])
  }
}

function readKey(file: string): Uint8Array {
  const kept = readFileSync(file, 'utf8').trim()
  if (isKey(kept)) return toKey(kept)
  throw new ConfigError([
    `${file} does not hold a key of ${KEY_BYTES} bytes in base64url; set FOYER_SECRETS or restore it`,
  ])
}

export const toKey = (text: string) => Buffer.from(text, 'base64url')
export function isKey(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}=?$/.test(text) && toKey(text).length === KEY_BYTES
}
