import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BUDGETS } from '../apps/web/build/budgets.ts'

test('the budgets README.md states are those the build is held to', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  const stated = [...readme.matchAll(/^\| ([^|]*) \| [\d.]+ kB of ([\d.]+) kB \|$/gm)].map(([, part, kB]) => [part, kB])
  const { scriptBytes, styleBytes, parts } = BUDGETS
  expect(stated).toEqual([
    ['first script', inKB(scriptBytes)],
    ['style, in the document', inKB(styleBytes)],
    ['the conversation, which the first script loads', inKB(parts['conversation-part'])],
  ])
})

const inKB = (bytes = NaN) => String(bytes / 1000)
