import { Problem, ProblemCode } from '@foyer/shared/protocol/problem'
import { readdirSync, readFileSync } from 'node:fs'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { causes } from './verdict.ts'

const folder = new URL('../../../../../docs/problems/', import.meta.url)
const readPage = (name: string) => readFileSync(new URL(`${name}.md`, folder), 'utf8')

describe('the page of a problem', () => {
  test.each(ProblemCode.options)('%s names its status and shows an example that fits the contract', (code) => {
    const page = readPage(code)
    const example = v.parse(Problem, JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? ''))
    expect(example.code).toBe(code)
    expect(page).toContain(`Code \`${code}\`, status ${example.status}.`)
    expect(page).toContain(`# ${example.title}\n`)
  })

  test('stands for a code that exists', () => {
    const pages = readdirSync(folder).map((file) => file.replace(/\.md$/, ''))
    expect(pages.filter((name) => name !== 'diagnosis').sort()).toEqual([...ProblemCode.options].sort())
  })
})

test('every cause has its paragraph, and no paragraph is left over', () => {
  const headings = [...readPage('diagnosis').matchAll(/^### `([a-z-]+)`$/gm)].map(([, cause]) => cause)
  expect(headings.sort()).toEqual([...causes].sort())
})
