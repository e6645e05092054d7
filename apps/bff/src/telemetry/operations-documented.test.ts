import { ProblemCode } from '@foyer/shared/protocol/problem'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'
import { SECURITY_EVENTS } from './security-events.ts'

const read = (path: string) => readFileSync(new URL(`../../../../docs/${path}`, import.meta.url), 'utf8')
const operations = read('operations.md')
const rules = read('alerts/foyer.rules.yml')
const proofs = read('alerts/foyer.rules.test.yml')
const { registry } = createMetrics()
const instruments = registry.getMetricsAsArray() as unknown as { name: string; type: string; labelNames?: string[] }[]

/** What Prometheus calls the series of an instrument. */
const seriesOf = ({ name, type }: { name: string; type: string }) =>
  type === 'histogram' ? ['_bucket', '_sum', '_count'].map((ending) => name + ending) : [name]

describe('docs/operations.md', () => {
  test('has every metric of ours with its type and labels, and none that is not there', () => {
    const rows = [...operations.matchAll(/^\| `(foyer_\w+)`\s*\| (\w+)\s*\| ([^|]*)\|/gm)]
    const documented = rows.map(([, name, type, labels = '']) => ({
      name,
      type,
      labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(),
    }))
    const ours = instruments.filter(({ name }) => name.startsWith('foyer_'))
    const declared = ours.map(({ name, type, labelNames = [] }) => ({ name, type, labels: [...labelNames].sort() }))
    const byName = (one: { name?: string | undefined }, other: { name?: string | undefined }) =>
      (one.name ?? '').localeCompare(other.name ?? '')
    expect(documented.sort(byName)).toEqual(declared.sort(byName))
  })

  test('has a runbook for every code of a problem, which leads to what to do', () => {
    const codes = [...operations.matchAll(/^### `([a-z-]+)`$/gm)].map(([, code]) => code)
    expect(codes.sort()).toEqual([...ProblemCode.options].sort())
    for (const code of ProblemCode.options) {
      expect(operations).toContain(`(problems/${code}.md#what-to-do)`)
      expect(read(`problems/${code}.md`)).toMatch(/^## What to do$/m)
    }
  })

  test('explains every security event and every alert', () => {
    for (const [event, reasons] of Object.entries(SECURITY_EVENTS)) {
      const row = operations.split('\n').find((line) => line.startsWith(`| \`${event}\` `)) ?? ''
      for (const reason of reasons) expect(row).toContain(`\`${reason}\``)
    }
    const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, alert = '']) => alert)
    expect(alerts.length).toBeGreaterThan(10)
    for (const alert of alerts) {
      expect(operations).toContain(`\n### ${alert}\n`)
      expect(rules).toContain(`runbook: docs/operations.md#${alert.toLowerCase()}\n`)
      expect(proofs).toContain(`alertname: ${alert}\n`)
    }
  })
})

describe('the alerts', () => {
  const used = [...rules.matchAll(/\b((?:foyer|nodejs|process)_\w+)(?:\{([^}]*)\})?/g)]

  test('ask only for series that there are, under labels they have', () => {
    const known = new Map(instruments.flatMap((one) => seriesOf(one).map((name) => [name, one] as const)))
    expect(used.length).toBeGreaterThan(15)
    for (const [, name = '', selector = ''] of used) {
      expect([...known.keys()]).toContain(name)
      const labels = [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label)
      const own = known.get(name)?.labelNames ?? []
      expect(labels.filter((label) => label !== 'job' && !own.includes(label ?? ''))).toEqual([])
    }
  })
})
