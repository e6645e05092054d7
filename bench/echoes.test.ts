import { expect, test } from 'vitest'
import { Echoes } from './echoes.ts'

test('counts from the moment a message was due, what is missing, what came late, and what came twice', () => {
  const echoes = new Echoes()
  echoes.begin(1_000)
  for (const text of ['prompt', 'late', 'lost']) echoes.expect(text, 900)
  echoes.take('prompt', 905)
  echoes.take('late', 1_100)
  echoes.take('prompt', 1_200)
  const { latenciesMs, inTime, doubled, missing } = echoes
  expect({ latenciesMs, inTime, doubled, missing }).toEqual({
    latenciesMs: [5, 200],
    inTime: 1,
    doubled: 1,
    missing: 1,
  })
})

test('begins anew with nothing', () => {
  const echoes = new Echoes()
  echoes.expect('lost', 0)
  echoes.take('stranger', 1)
  echoes.begin(1_000)
  const { latenciesMs, inTime, doubled, missing } = echoes
  expect({ latenciesMs, inTime, doubled, missing }).toEqual({ latenciesMs: [], inTime: 0, doubled: 0, missing: 0 })
})
