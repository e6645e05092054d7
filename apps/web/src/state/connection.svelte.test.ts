import { expect, test } from 'vitest'
import { FakeClock } from '../api/fake-clock.ts'
import { FakeNetwork } from '../api/fake-network.ts'
import { Connection } from './connection.svelte.ts'

function createConnection() {
  const clock = new FakeClock()
  const network = new FakeNetwork()
  const connection = new Connection(clock, network)
  connection.start()
  return { clock, network, connection }
}

test('says nothing of a blip', async () => {
  const { clock, connection } = createConnection()
  connection.down('stream')
  await clock.pass(1400)
  connection.up('stream')
  await clock.pass(5000)
  expect(connection.trouble).toBeUndefined()
})

test('says that it is reconnecting when that takes longer, and nothing once it is back', async () => {
  const { clock, connection } = createConnection()
  connection.down('stream')
  await clock.pass(1500)
  expect(connection.trouble).toEqual({ state: 'reconnecting' })
  connection.up('stream')
  expect(connection.trouble).toBeUndefined()
})

test('counts down to the next attempt', async () => {
  const { clock, connection } = createConnection()
  connection.down('upstream', clock.now() + 10_000)
  await clock.pass(1500)
  expect(connection.trouble).toEqual({ state: 'waiting', seconds: 9 })
  await clock.pass(7000)
  expect(connection.trouble).toEqual({ state: 'waiting', seconds: 2 })
  await clock.pass(2000)
  expect(connection.trouble).toEqual({ state: 'reconnecting' })
})

test('being offline is the first thing to know', async () => {
  const { clock, network, connection } = createConnection()
  connection.down('stream', clock.now() + 60_000)
  network.go(false)
  await clock.pass(2000)
  expect(connection.trouble).toEqual({ state: 'offline' })
  network.go(true)
  expect(connection.trouble).toMatchObject({ state: 'waiting' })
})

test('all is well only when every line is', async () => {
  const { clock, connection } = createConnection()
  connection.down('stream')
  connection.down('upstream')
  await clock.pass(2000)
  connection.up('stream')
  expect(connection.trouble).toBeDefined()
  connection.up('upstream')
  expect(connection.trouble).toBeUndefined()
})

test('a pause we were told to make is said at once, and counted to its end however short', async () => {
  const { clock, connection } = createConnection()
  connection.pause(clock.now() + 2500)
  expect(connection.trouble).toEqual({ state: 'pausing', seconds: 3 })
  await clock.pass(1000)
  expect(connection.trouble).toEqual({ state: 'pausing', seconds: 2 })
  await clock.pass(2000)
  expect(connection.trouble).toEqual({ state: 'pausing', seconds: 0 })
  connection.pause(undefined)
  expect(connection.trouble).toBeUndefined()
})

test('what cannot be reached is more to know than a pause', async () => {
  const { clock, connection } = createConnection()
  connection.pause(clock.now() + 30_000)
  connection.down('stream')
  expect(connection.trouble).toEqual({ state: 'reconnecting' })
  connection.up('stream')
  expect(connection.trouble).toEqual({ state: 'pausing', seconds: 30 })
})

test('an answer that is late is said to be, until it is there', async () => {
  const { clock, connection } = createConnection()
  const { promise, resolve } = Promise.withResolvers<string>()
  const answer = connection.expect(promise)
  await clock.pass(4999)
  expect(connection.trouble).toBeUndefined()
  await clock.pass(1)
  expect(connection.trouble).toEqual({ state: 'late' })
  resolve('here')
  expect(await answer).toBe('here')
  expect(connection.trouble).toBeUndefined()
  await clock.pass(10_000)
  expect(connection.trouble).toBeUndefined()
})

test('an answer in time is not late afterwards, and one that never comes is only what its error says', async () => {
  const { clock, connection } = createConnection()
  await connection.expect(Promise.resolve())
  await clock.pass(10_000)
  expect(connection.trouble).toBeUndefined()

  const { promise, reject } = Promise.withResolvers<never>()
  const answer = connection.expect(promise)
  await clock.pass(20_000)
  reject(new Error('no answer'))
  await expect(answer).rejects.toThrow('no answer')
  expect(connection.trouble).toBeUndefined()
})
