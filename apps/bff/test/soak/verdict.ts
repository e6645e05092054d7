/** What one record (a log, a stream, the platform's own) holds of what was said, in its order. */
export interface Heard {
  readonly record: string
  readonly said: readonly string[]
  readonly heard: readonly string[]
}

/** Every message lost, doubled, unasked for or out of order, as a sentence each; none for a record that is right. */
export function faultsIn({ record, said, heard }: Heard): string[] {
  const times = Map.groupBy(heard, (text) => text)
  const lost = said.filter((text) => !times.has(text)).map((text) => `${record}: lost ${text}`)
  const doubled = [...times].flatMap(([text, all]) =>
    all.length > 1 ? [`${record}: ${all.length} times ${text}`] : [],
  )
  const known = new Set(said)
  const strange = heard.filter((text) => !known.has(text)).map((text) => `${record}: never said ${text}`)
  const place = new Map(said.map((text, index) => [text, index]))
  const outOfOrder = heard.flatMap((text, index) => {
    const before = heard[index - 1]
    return before !== undefined && (place.get(before) ?? 0) > (place.get(text) ?? 0)
      ? [`${record}: ${text} after ${before}`]
      : []
  })
  return [...lost, ...doubled, ...strange, ...outOfOrder]
}
