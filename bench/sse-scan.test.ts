import { expect, test } from 'vitest'
import { createSseScan, echoIn } from './sse-scan.ts'

const STREAM = ': open\n\nid: 1\nevent: message\ndata: {"text":"echo:a"}\n\n:\n\ndata: \n\ndata: {"text":"b"}\n\n'

test.each([1, 2, 3, 7, 1_000])('finds the data of every event in chunks of %d characters', (size) => {
  const found: string[] = []
  const scan = createSseScan((data) => found.push(data))
  for (let at = 0; at < STREAM.length; at += size) scan(STREAM.slice(at, at + size))
  expect(found).toEqual(['{"text":"echo:a"}', '', '{"text":"b"}'])
})

test('tells an echo from what the guest said', () => {
  expect(echoIn('{"parts":[{"type":"text","text":"echo:bare-1"}]}')).toBe('bare-1')
  expect(echoIn('{"parts":[{"type":"text","text":"bare-1"}]}')).toBeUndefined()
  expect(echoIn('')).toBeUndefined()
})
