/** A row for a table: numbers to two places, everything else as it is. */
export function rounded(row: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'number' ? Number(value.toFixed(2)) : value,
    ]),
  )
}
