import { expect, test } from 'vitest'
import { climb } from './climb.ts'

const STEPS = { from: 100, factor: 1.1, most: 1_000 }

test('each climbs to its own last rate, in turn, and is let go once', async () => {
  const tried: string[] = []
  const gone: string[] = []
  const carries = { slow: 115, fast: 125, none: 0 }
  const last = await climb(
    Object.entries(carries),
    STEPS,
    async ([name, most], rate) => {
      tried.push(`${name} ${rate}`)
      return rate <= most
    },
    async ([name]) => void gone.push(name),
  )
  expect([...last].map(([[name], rate]) => [name, rate])).toEqual([
    ['slow', 110],
    ['fast', 121],
    ['none', 0],
  ])
  expect(tried).toEqual([
    ...['slow 100', 'fast 100', 'none 100', 'none 100'],
    ...['slow 110', 'fast 110'],
    ...['slow 121', 'slow 121', 'fast 121'],
    ...['fast 133', 'fast 133'],
  ])
  expect(gone).toEqual(['none', 'slow', 'fast'])
})

test('one hiccup is not the end, and the climb has one', async () => {
  let hiccups = 1
  const gone: string[] = []
  const last = await climb(
    ['endless'],
    { ...STEPS, most: 120 },
    async () => hiccups-- <= 0,
    async (name) => void gone.push(name),
  )
  expect([...last]).toEqual([['endless', 110]])
  expect(gone).toEqual(['endless'])
})
