import type { Config } from '@foyer/shared/protocol/config'
import { expect, test } from 'vitest'
import { Settings } from './settings.svelte.ts'

const config: Config = {
  limits: { textBytes: 4096 },
  languages: ['en'],
  features: { diagnosis: false, markdown: false },
  theme: { primaryColor: '#0b5c7a' },
}

test('is read once for all who ask at a time', async () => {
  let count = 0
  const settings = new Settings(() => Promise.resolve((count++, config)))
  expect(await Promise.all([settings.load(), settings.load()])).toEqual([config, config])
  expect(count).toBe(1)
  expect(settings.config).toEqual(config)
})

test('what was known serves on while it cannot be read; it can be asked for again', async () => {
  const answers = [Promise.reject(new Error('no answer')), Promise.resolve(config), Promise.reject(new Error('again'))]
  answers.forEach((answer) => void answer.catch(() => {}))
  const settings = new Settings(() => answers.shift() as Promise<Config>)
  expect(await settings.load()).toBeUndefined()
  expect(await settings.load()).toEqual(config)
  expect(await settings.load()).toEqual(config)
})
