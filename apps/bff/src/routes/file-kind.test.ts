import { describe, expect, test } from 'vitest'
import { contradicts, lookAt, servedType } from './file-kind.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const PROGRAM = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)])
const PDF = Buffer.from('%PDF-1.7\n1 0 obj')
const HTML = Buffer.from('<!doctype html><script>alert(1)</script>')
const SVG = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')

async function foundIn(bytes: Uint8Array): Promise<string | undefined> {
  return (await lookAt(new Blob([Uint8Array.from(bytes)]).stream())).found
}

describe('a file is served', () => {
  test.each([
    ['a picture', PNG, 'image/png'],
    ['a PDF', PDF, 'application/pdf'],
    ['HTML', HTML, 'application/octet-stream'],
    ['a vector graphic', SVG, 'application/octet-stream'],
    ['a program', PROGRAM, 'application/octet-stream'],
    ['nothing', Buffer.alloc(0), 'application/octet-stream'],
  ])('as what its bytes are: %s', async (_, bytes, type) => {
    expect(servedType(await foundIn(bytes))).toBe(type)
  })

  test.each(['text/html', 'image/svg+xml', 'application/xml', 'text/javascript', 'image/x-unheard-of', undefined])(
    'as bytes alone where a browser could run it, or nobody knows: %s',
    (type) => expect(servedType(type)).toBe('application/octet-stream'),
  )
})

describe('a file is not what it is said to be', () => {
  test.each([
    ['image/png', HTML],
    ['image/png', SVG],
    ['image/png', PROGRAM],
    ['image/jpeg', PDF],
    ['image/gif', Buffer.alloc(0)],
    ['application/pdf', PROGRAM],
    ['application/pdf', PNG],
    ['text/plain', PROGRAM],
    ['video/mp4', PNG],
  ])('%s', async (declared, bytes) => expect(contradicts(declared, await foundIn(bytes))).toBe(true))

  test.each([
    ['image/png', PNG],
    ['image/jpeg', PNG], // named wrongly, as it happens; a picture it is
    ['text/html', HTML],
    ['text/plain', HTML],
    ['image/svg+xml', SVG],
    ['application/pdf', PDF],
    ['application/octet-stream', PROGRAM],
    ['application/vnd.ms-excel', HTML],
  ])('but may be: %s', async (declared, bytes) => expect(contradicts(declared, await foundIn(bytes))).toBe(false))
})

describe('a file that was looked at', () => {
  test('has all its bytes, in whatever pieces it came', async () => {
    const bytes = Uint8Array.from({ length: 20_000 }, (_, index) => index % 251)
    const pieces = [bytes.slice(0, 1), bytes.slice(1, 3_000), bytes.slice(3_000, 9_000), bytes.slice(9_000)]
    const looked = await lookAt(ReadableStream.from(pieces))
    expect(new Uint8Array(await new Response(looked.bytes).arrayBuffer())).toEqual(bytes)
  })

  test('is read no further than its first bytes until somebody asks', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1_024
          controller.enqueue(new Uint8Array(1_024))
        },
      },
      { highWaterMark: 0 },
    )
    const looked = await lookAt(endless)
    expect(pulled).toBeLessThan(8_000)
    await looked.bytes.cancel()
  })

  test('that breaks off, breaks off', async () => {
    async function* broken() {
      yield new Uint8Array(8_000)
      throw new Error('the line broke')
    }
    const looked = await lookAt(ReadableStream.from(broken()))
    await expect(new Response(looked.bytes).arrayBuffer()).rejects.toThrow()
  })
})
