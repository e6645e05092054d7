import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (url: URL) => readFileSync(url, 'utf8')

/** What a module needs before it can run: not what it asks for later, nor what is gone with the types. */
function importsOf(url: URL): URL[] {
  const names = read(url).matchAll(/^\s*(?:import|export) (?!type )[^;]*?from '(\.[^']+\.(?:ts|svelte))'/gm)
  return Array.from(names, ([, name = '']) => new URL(name, url))
}

function everythingFor(url: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(url.href)) return seen
  seen.add(url.href)
  for (const imported of importsOf(url)) everythingFor(imported, seen)
  return seen
}

test('what comes with a conversation, and its words, is not in the first script', () => {
  const part = importsOf(new URL('conversation-part.ts', import.meta.url))
  const words = new URL('text/en-conversation.ts', import.meta.url)
  const first = everythingFor(new URL('main.ts', import.meta.url))
  expect(part.length).toBeGreaterThan(8)
  expect([...part, words].filter(({ href }) => first.has(href)).map(String)).toEqual([])
  expect(first.has(new URL('views/conversation/Composer.svelte', import.meta.url).href), 'what is drawn first').toBe(
    true,
  )
})
