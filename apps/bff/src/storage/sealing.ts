import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomFillSync } from 'node:crypto'

/**
 * Authenticated encryption of what is kept at rest (S7, S8).
 *
 * Envelope: version (1 byte), key id (4), nonce (12), tag (16), ciphertext; AES-256-GCM. `context` is authenticated with
 * it, so that a record cannot be moved under another key of the store. The first key seals, every key opens: a new key in
 * front rotates without signing anybody out.
 */
export interface Sealer {
  seal(plain: string, context: string): Uint8Array
  /** Throws SealingError `unknown-key` or `tampered`. */
  open(sealed: Uint8Array, context: string): string
  /** Whether it is sealed under the first key. */
  isNewest(sealed: Uint8Array): boolean
}

export class SealingError extends Error {
  override readonly name = 'SealingError'
  readonly code: 'unknown-key' | 'tampered'
  constructor(code: 'unknown-key' | 'tampered') {
    super(code === 'unknown-key' ? 'sealed under a key this process does not have' : 'not what was sealed')
    this.code = code
  }
}

export const KEY_BYTES = 32
const VERSION = 1
const ID_BYTES = 4
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEADER_BYTES = 1 + ID_BYTES + NONCE_BYTES + TAG_BYTES

/** `keys`: 32 bytes each, newest first. */
export function createSealer(keys: readonly Uint8Array[]): Sealer {
  const ring = keys.map((key) => ({ head: headOf(key), key: createSecretKey(key) }))
  const newest = ring[0]
  if (!newest || keys.some((key) => key.length !== KEY_BYTES)) throw new Error(`keys of ${KEY_BYTES} bytes are needed`)

  const nextNonce = createNonces()

  return {
    seal(plain, context) {
      const nonce = nextNonce()
      const cipher = createCipheriv('aes-256-gcm', newest.key, nonce)
      cipher.setAAD(Buffer.from(context))
      const text = cipher.update(plain, 'utf8')
      cipher.final() // only makes the tag: GCM holds no text back
      return Buffer.concat([newest.head, nonce, cipher.getAuthTag(), text])
    },

    isNewest: (sealed) => newest.head.equals(sealed.subarray(0, newest.head.length)),

    open(sealed, context) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      if (bytes.length < HEADER_BYTES || bytes[0] !== VERSION) throw new SealingError('tampered')
      const head = bytes.subarray(0, 1 + ID_BYTES)
      const entry = ring.find((candidate) => candidate.head.equals(head))
      if (!entry) throw new SealingError('unknown-key')
      const nonce = bytes.subarray(1 + ID_BYTES, 1 + ID_BYTES + NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', entry.key, nonce)
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(bytes.subarray(HEADER_BYTES - TAG_BYTES, HEADER_BYTES))
      const plain = decipher.update(bytes.subarray(HEADER_BYTES))
      try {
        decipher.final()
      } catch {
        throw new SealingError('tampered') // it says only that the tag does not fit
      }
      // At one go: update() and final() would decode bit by bit, which takes four times as long where text is not ASCII.
      return plain.toString('utf8')
    },
  }
}

/** Random nonces, each given out once, to be used at once. Drawn many at a time: a draw costs as much as the sealing itself. */
function createNonces(): () => Buffer {
  const pool = Buffer.alloc(NONCE_BYTES * 256)
  let at = pool.length
  return () => {
    if (at === pool.length) {
      randomFillSync(pool)
      at = 0
    }
    return pool.subarray(at, (at += NONCE_BYTES))
  }
}

/** How an envelope under this key begins: version and key id. */
function headOf(key: Uint8Array): Buffer {
  const id = createHash('sha256').update('foyer-key-id').update(key).digest().subarray(0, ID_BYTES)
  return Buffer.concat([Buffer.of(VERSION), id])
}
