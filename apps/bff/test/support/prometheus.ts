import type { Foyer } from './start-foyer.ts'

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/

/** What a Prometheus that scrapes Foyer's admin port gets to see. */
export async function scrape({ admin }: Pick<Foyer, 'admin'>): Promise<Sample[]> {
  const response = await admin.request('/metrics')
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`)
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [, name = '', labels = '', value] = LINE.exec(line) ?? []
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', text = '']) => [key, text] as const)
    return { name, labels: Object.fromEntries(pairs), value: Number(value) }
  })
}

/** The sum of the samples of a name that have these labels. */
export function total(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  const matching = samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )
  return matching.reduce((sum, { value }) => sum + value, 0)
}
