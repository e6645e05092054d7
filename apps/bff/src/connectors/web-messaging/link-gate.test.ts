import { expect, test } from 'vitest'
import { LinkGate } from './link-gate.ts'
import type { Link } from './link.ts'

const newLink = (): Link => ({
  ask: () => Promise.reject(new Error('unused')),
  tell: async () => undefined,
  close: () => undefined,
})

test('those who wait are let through when it opens, also when it was shut meanwhile', async () => {
  const gate = new LinkGate()
  const link = newLink()
  const waiting = gate.pass('send', 60_000)
  gate.shut()
  gate.open(link)
  expect(await waiting).toBe(link)
  expect(await gate.pass('send', 0)).toBe(link)
})

test('once shut nobody gets the link that is gone', async () => {
  const gate = new LinkGate()
  gate.open(newLink())
  gate.shut()
  const waiting = gate.pass('send', 60_000)
  const next = newLink()
  gate.open(next)
  expect(await waiting).toBe(next)
})

test('who waits too long is told that nothing was sent', async () => {
  await expect(new LinkGate().pass('send', 1)).rejects.toMatchObject({ code: 'network', outcome: 'not-sent' })
})

test('those who wait learn why there will be none; who comes later waits anew', async () => {
  const gate = new LinkGate()
  const waiting = gate.pass('send', 60_000)
  gate.fail(new Error('refused'))
  await expect(waiting).rejects.toThrow('refused')
  const later = gate.pass('send', 60_000)
  const link = newLink()
  gate.open(link)
  expect(await later).toBe(link)
})

test('who does not want to wait any more waits no more', async () => {
  const abort = new AbortController()
  const waiting = new LinkGate().pass('send', 60_000, abort.signal)
  abort.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
  await expect(new LinkGate().pass('send', 60_000, abort.signal)).rejects.toThrow('gone')
})
