import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createSealer, KEY_BYTES, SealingError } from './sealing.ts'

const key = () => randomBytes(KEY_BYTES)

describe('a sealed record', () => {
  test('opens to what was sealed', () => {
    const sealer = createSealer([key()])
    expect(sealer.open(sealer.seal('Grüße 👋', 'a'), 'a')).toBe('Grüße 👋')
  })

  test('does not contain what was sealed', () => {
    expect(Buffer.from(createSealer([key()]).seal('a token', 'a')).toString('latin1')).not.toContain('a token')
  })

  test('has a nonce that no other has', () => {
    const sealer = createSealer([key()])
    const nonces = Array.from({ length: 1_000 }, () =>
      Buffer.from(sealer.seal('x', 'a').subarray(5, 17)).toString('hex'),
    )
    expect(new Set(nonces).size).toBe(1_000)
  })

  test('does not open under another context', () => {
    const sealer = createSealer([key()])
    expect(() => sealer.open(sealer.seal('x', 'session:1'), 'session:2')).toThrow(new SealingError('tampered'))
  })

  test('does not open once any byte has changed', () => {
    const sealer = createSealer([key()])
    const sealed = sealer.seal('x', 'a')
    for (const index of sealed.keys()) {
      const changed = Uint8Array.from(sealed)
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(() => sealer.open(changed, 'a')).toThrow(SealingError)
    }
    expect(() => sealer.open(sealed.subarray(0, 10), 'a')).toThrow(SealingError)
  })
})

describe('the key ring', () => {
  test('rotates: old records open under [new, old], new ones are sealed under new', () => {
    const [old, next] = [key(), key()]
    const sealed = createSealer([old]).seal('x', 'a')
    expect(createSealer([next, old]).open(sealed, 'a')).toBe('x')
    expect(createSealer([next]).open(createSealer([next, old]).seal('y', 'a'), 'a')).toBe('y')
  })

  test('says so when the key is gone', () => {
    const sealed = createSealer([key()]).seal('x', 'a')
    expect(() => createSealer([key()]).open(sealed, 'a')).toThrow(new SealingError('unknown-key'))
  })

  test('needs at least one key, of 32 bytes', () => {
    expect(() => createSealer([])).toThrow()
    expect(() => createSealer([new Uint8Array(16)])).toThrow()
  })
})
