import { expect, test } from 'vitest'
import { FakeClock } from '../test/support/fake-clock.ts'
import { createPageLanguages } from './page-languages.ts'

type Answer = { languages: string[] } | undefined

function ask() {
  const clock = new FakeClock()
  const asked: PromiseWithResolvers<Answer>[] = []
  const readSettings = () => {
    const answer = Promise.withResolvers<Answer>()
    asked.push(answer)
    return answer.promise
  }
  return { clock, asked, languages: createPageLanguages({ readSettings, clock }) }
}

test('the first documents wait for the platform, together', async () => {
  const { asked, languages } = ask()
  const both = [languages(), languages()]
  expect(asked).toHaveLength(1)
  asked[0]?.resolve({ languages: ['de', 'fr'] })
  expect(await Promise.all(both)).toEqual([
    ['de', 'fr'],
    ['de', 'fr'],
  ])
})

test('a platform that keeps silent is waited for a moment, and what it says later holds from then on', async () => {
  const { clock, asked, languages } = ask()
  const first = languages()
  await clock.advance(300)
  expect(await first).toEqual([])
  asked[0]?.resolve({ languages: ['de'] })
  expect(await languages()).toEqual(['de'])
})

test('what was known serves while the platform is asked again, and after it refused to answer', async () => {
  const { clock, asked, languages } = ask()
  const first = languages()
  asked[0]?.resolve({ languages: ['de'] })
  await first
  await languages()
  expect(asked).toHaveLength(1)
  await clock.advance(10_000)
  expect(await languages()).toEqual(['de'])
  asked[1]?.reject(new Error('no answer'))
  expect(await languages()).toEqual(['de'])
  await clock.advance(10_000)
  await languages()
  asked[2]?.resolve({ languages: ['pl'] })
  await clock.advance(0)
  expect(await languages()).toEqual(['pl'])
})

test('where a platform tells nothing of the kind, none are named', async () => {
  const { clock, asked, languages } = ask()
  const first = languages()
  asked[0]?.resolve(undefined)
  expect(await first).toEqual([])
  expect(clock.waits, 'nobody waits again').toHaveLength(1)
  expect(await languages()).toEqual([])
  expect(clock.waits).toHaveLength(1)
})
