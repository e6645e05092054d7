import ts from 'typescript'

export interface WrittenTests {
  /** Of each test that is run its title, after those of the groups it stands in; … where a value is put in. */
  readonly titles: readonly (readonly string[])[]
  /** Of each that is there and not run, skipped or yet to be written, its first line. */
  readonly off: readonly string[]
}

const ROOTS = new Set(['test', 'it', 'describe'])
const WAYS_TO_RUN = new Set(['each', 'for', 'concurrent', 'sequential', 'describe', 'serial', 'parallel'])
const WAYS_NOT_TO = new Set(['skip', 'todo', 'fixme', 'only', 'fail', 'fails', 'skipIf', 'runIf'])

/** What a file has in tests (Vitest’s or Playwright’s), read by its syntax: what is in a comment is none. */
export function readTests(source: string): WrittenTests {
  const file = ts.createSourceFile('tests.ts', source, ts.ScriptTarget.Latest)
  const titles: string[][] = []
  const off: string[] = []

  function read(node: ts.Node, groups: readonly string[]): void {
    const [root = '', ...ways] = ts.isCallExpression(node) ? wordsOf(node.expression) : []
    if (!ts.isCallExpression(node) || !ROOTS.has(root)) return ts.forEachChild(node, (child) => read(child, groups))
    const [title, ...rest] = node.arguments
    if (ways.some(isWayNotTo) || rest.some(hasWayNotTo)) {
      off.push(node.getText(file).replace(/\n[^]*/, ''))
      return
    }
    const path = [...groups, title ? titleOf(title) : '']
    const isGroup = root === 'describe' || ways.includes('describe')
    if (!isGroup && ways.every((way) => WAYS_TO_RUN.has(way))) titles.push(path)
    for (const argument of rest) read(argument, isGroup ? path : groups)
  }

  read(file, [])
  return { titles, off }
}

/** `test.describe.each(table)` as its words. */
function wordsOf(node: ts.Expression): string[] {
  if (ts.isIdentifier(node)) return [node.text]
  if (ts.isPropertyAccessExpression(node)) return [...wordsOf(node.expression), node.name.text]
  if (ts.isCallExpression(node)) return wordsOf(node.expression)
  return ts.isTaggedTemplateExpression(node) ? wordsOf(node.tag) : ['']
}

function titleOf(title: ts.Expression): string {
  if (ts.isStringLiteralLike(title)) return title.text
  if (!ts.isTemplateExpression(title)) return ''
  return [title.head, ...title.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('…')
}

const isWayNotTo = (word: string) => WAYS_NOT_TO.has(word)

/** `test(title, { skip: true }, …)` */
const hasWayNotTo = (argument: ts.Expression) =>
  ts.isObjectLiteralExpression(argument) &&
  argument.properties.some(({ name }) => name && ts.isIdentifier(name) && isWayNotTo(name.text))
