import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { openExchange } from './exchange.ts'
import { Journal } from './journal.ts'

function exchangeAt(uri: string) {
  const request = new IncomingMessage(new Socket())
  request.url = uri
  return openExchange(request, new ServerResponse(request), 'id', 0)
}

test('keeps what came, oldest first', () => {
  const journal = new Journal()
  for (const uri of ['/1', '/2']) journal.open(exchangeAt(uri))
  expect(journal.list().map(({ uri }) => uri)).toEqual(['/1', '/2'])
})

test('keeps the newest when it is full', () => {
  const journal = new Journal()
  const exchange = exchangeAt('/')
  for (let count = 0; count < 2100; count += 1) journal.open(exchange)
  const entries = journal.list()
  expect([entries.length, entries[0]?.number, entries.at(-1)?.number]).toEqual([2000, 100, 2099])
})

test('notes a long body by its length only', () => {
  const journal = new Journal()
  const exchange = exchangeAt('/')
  exchange.body = 'x'.repeat(10_000)
  journal.note(journal.open(exchange), exchange, 200)
  expect(journal.list()[0]).toMatchObject({ status: 200, body: '[10000 characters]' })
})
