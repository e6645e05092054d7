import type { Finding, ScopeComparison } from './checks.ts'
import type { StepReport } from './run-checks.ts'

/** How a report is drawn: columns at most, and whether the terminal shows colours. */
export interface Style {
  readonly width: number
  readonly colour: boolean
}

type Outcome = Finding['outcome']
/** Select Graphic Rendition (ECMA-48 §8.3.117): green, yellow, red, faint. */
const COLOURS: Record<Outcome, number> = { ok: 32, warning: 33, failed: 31, skipped: 2 }
const OUTCOME_COLUMNS = 9
const NAME_COLUMNS = 14

/** One step: a line, and below it whatever there is to know and to do. Ends with a line break. */
export function renderStep(step: StepReport, style: Style): string {
  const { outcome, name, detail, scopes, diagnosis } = step
  const fix = step.fix ?? diagnosis?.fix ?? []
  const head = hang(outcome.padEnd(OUTCOME_COLUMNS) + name.padEnd(NAME_COLUMNS), detail, style.width)
  const width = style.width - OUTCOME_COLUMNS
  const body = [
    ...(scopes ? scopeLines(scopes, width) : []),
    ...(fix.length > 0 ? ['What to do:', ...fix.flatMap((text, at) => hang(`${at + 1}. `, text, width))] : []),
    ...(diagnosis ? evidenceLines(diagnosis, width) : []),
  ]
  const lines = [...head, ...body.map((line) => ' '.repeat(OUTCOME_COLUMNS) + line)].join('\n')
  return `${paint(outcome, COLOURS[outcome], style)}${lines.slice(outcome.length)}\n`
}

/** The last word: how it stands, and where to read on. */
export function renderSummary(steps: readonly StepReport[], style: Style): string {
  const [failed, warnings] = (['failed', 'warning'] as const).map((outcome) =>
    steps.filter((step) => step.outcome === outcome),
  ) as [StepReport[], StepReport[]]
  if (failed.length > 0) {
    const causes = [...new Set(failed.flatMap(({ diagnosis }) => diagnosis?.cause ?? []))]
    const pages = causes.map((cause) => `docs/problems/diagnosis.md#${cause}`)
    const more = pages.length > 0 ? ` More: ${pages.join(', ')}` : ''
    return `\n${paint(`Not well: ${failed.map(({ name }) => name).join(', ')}.`, COLOURS.failed, style)}${more}\n`
  }
  const rest = warnings.length > 0 ? ` Worth a look: ${warnings.map(({ name }) => name).join(', ')}.` : ''
  return `\n${paint('All is well.', COLOURS.ok, style)}${rest}\n`
}

export const isWell = (steps: readonly StepReport[]): boolean => steps.every(({ outcome }) => outcome !== 'failed')

function scopeLines(scopes: ScopeComparison, width: number): string[] {
  const rows = (['requested', 'granted', 'missing'] as const).map(
    (row) => [row, scopes[row].join(' ') || 'none'] as const,
  )
  return rows.flatMap(([row, names]) => hang(row.padEnd(11), names, width))
}

function evidenceLines({ evidence }: NonNullable<Finding['diagnosis']>, width: number): string[] {
  const { status, code, correlationId } = evidence
  const told = [
    ...(status === undefined ? [] : [`status ${status}`]),
    ...(code === undefined ? [] : [`code ${code}`]),
    ...(correlationId === undefined ? [] : [`correlation id ${correlationId}`]),
  ]
  return told.length > 0 ? wrap(`Evidence: ${told.join(', ')}.`, width) : []
}

/** Text behind a label, its later lines below its first. */
const hang = (label: string, text: string, width: number): string[] =>
  wrap(text, width - label.length).map((line, at) => (at === 0 ? label : ' '.repeat(label.length)) + line)

/** Lines of at most `width` columns, broken between words; a longer word has a line to itself. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

const paint = (text: string, code: number, { colour }: Style) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
