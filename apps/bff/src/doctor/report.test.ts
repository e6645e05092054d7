import { describe, expect, test } from 'vitest'
import { isWell, renderStep, renderSummary } from './report.ts'
import type { StepReport } from './run-checks.ts'

const plain = { width: 80, colour: false }
const ESCAPE = '\u001b'

const step = (more: Partial<StepReport> = {}): StepReport => ({
  name: 'Client',
  outcome: 'ok',
  detail: 'Accepted.',
  tookMs: 3,
  ...more,
})

const scopes = {
  requested: ['messaging:conversation:write', 'messaging:guest:send'],
  granted: ['messaging:conversation:write'],
  missing: ['messaging:guest:send'],
}
const diagnosis = {
  cause: 'scope-missing',
  detail: 'The new token lacks messaging:guest:send.',
  ...scopes,
  evidence: { status: 200, code: 'invalid_scope', correlationId: '59a61495' },
  fix: [
    'An administrator must allow it for the OAuth client, where the platform or gateway registers its clients.',
    'Then start a new chat.',
  ],
}

describe('a step', () => {
  test('is one line: outcome, name, what was found', () => {
    expect(renderStep(step(), plain)).toBe('ok       Client        Accepted.\n')
  })

  test('shows scopes as three aligned lines', () => {
    expect(renderStep(step({ scopes }), plain).split('\n').slice(1, 4)).toEqual([
      '         requested  messaging:conversation:write messaging:guest:send',
      '         granted    messaging:conversation:write',
      '         missing    messaging:guest:send',
    ])
  })

  test('says none where a list of scopes is empty', () => {
    expect(renderStep(step({ scopes: { ...scopes, missing: [] } }), plain)).toContain('missing    none')
  })

  test('lists what to do in order, then the evidence', () => {
    const text = renderStep(step({ outcome: 'failed', diagnosis }), plain)
    expect(text).toMatch(/What to do:\n +1\. An administrator [^]*2\. Then start a new chat\.\n/)
    expect(text).toContain('Evidence: status 200, code invalid_scope, correlation id 59a61495.')
  })

  test('shows steps that come without a diagnosis', () => {
    expect(renderStep(step({ outcome: 'warning', fix: ['Set the clock.'] }), plain)).toContain('1. Set the clock.')
  })

  test('keeps within the width, but for words that are longer', () => {
    const text = renderStep(step({ outcome: 'failed', detail: 'word '.repeat(60).trim(), scopes, diagnosis }), plain)
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  test('colours the outcome, and only when asked to', () => {
    expect(renderStep(step(), { ...plain, colour: true })).toContain(`${ESCAPE}[32mok${ESCAPE}[0m       Client`)
    expect(renderStep(step({ outcome: 'failed' }), plain)).not.toContain(ESCAPE)
  })
})

describe('the summary', () => {
  test('says that all is well, and what is worth a look', () => {
    expect(renderSummary([step()], plain)).toBe('\nAll is well.\n')
    expect(renderSummary([step({ name: 'Clock', outcome: 'warning' })], plain)).toContain('Worth a look: Clock.')
  })

  test('names what failed, and where to read on', () => {
    const text = renderSummary([step(), step({ name: 'Scopes', outcome: 'failed', diagnosis })], plain)
    expect(text).toBe('\nNot well: Scopes. More: docs/problems/diagnosis.md#scope-missing\n')
  })
})

test('only a failed step makes the whole not well', () => {
  expect(isWell([step({ outcome: 'warning' }), step({ outcome: 'skipped' })])).toBe(true)
  expect(isWell([step(), step({ outcome: 'failed' })])).toBe(false)
})
