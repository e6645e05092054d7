import { expect, test } from 'vitest'
import type { ConnectorEvent } from '../connector.ts'
import { EventQueue } from './event-queue.ts'

const left = (upstreamId: string): ConnectorEvent => ({
  ...{ type: 'participant', upstreamId, change: 'left' },
  participant: { participantId: 'agent:', role: 'agent' },
})
const idOf = (event: ConnectorEvent | undefined) => (event && 'upstreamId' in event ? event.upstreamId : event?.type)

test('events come in the order they were pushed, those pushed while nobody reads too', async () => {
  const queue = new EventQueue()
  queue.push(left('a'))
  const reading = queue.read(() => false)
  expect(idOf((await reading.next()).value as ConnectorEvent)).toBe('a')
  const next = reading.next()
  queue.push(left('b'))
  expect(idOf((await next).value as ConnectorEvent)).toBe('b')
})

test('what its taker failed at comes again', async () => {
  const queue = new EventQueue()
  queue.push(left('a'))
  const failing = async () => {
    for await (const event of queue.read(() => true)) throw new Error(`cannot store ${idOf(event) ?? ''}`)
  }
  await expect(failing()).rejects.toThrow('cannot store a')
  expect((await Array.fromAsync(queue.read(() => true))).map(idOf)).toEqual(['a'])
})

test('reading ends with closed, and a later reader reads what came after', async () => {
  const queue = new EventQueue()
  for (const event of [left('a'), { type: 'closed' } as const, left('b')]) queue.push(event)
  expect((await Array.fromAsync(queue.read(() => false))).map(idOf)).toEqual(['a', 'closed'])
  expect((await Array.fromAsync(queue.read(() => true))).map(idOf)).toEqual(['b'])
})

test('a reader who waits is let go when nothing more can come', async () => {
  const queue = new EventQueue()
  let isDone = false
  const reading = Array.fromAsync(queue.read(() => isDone))
  isDone = true
  queue.stir()
  expect(await reading).toEqual([])
})
