/** Of an answer, what is the same every time: ids, times and tokens become their kinds. */
export function withoutVolatile(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((inner) => withoutVolatile(inner))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutVolatile(inner, key)]))
  }
  if (typeof value !== 'string') return value
  if (name === 'access_token' || name === 'refresh_token') return value.length > 30 ? '<token>' : value
  return value
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uuid>')
    .replace(/\b[0-9a-f]{32}\b/g, '<id>')
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\b/g, '<time>')
}

/** Headers whose values a contract fixes; the others must only be there. */
const COUNTED = /^inin-|^content-length$|^retry-after$/

export function comparableHeaders(names: readonly string[], read: (name: string) => string | null) {
  return Object.fromEntries(
    names.map((name) => {
      const value = read(name)
      return [name, COUNTED.test(name) && value !== null ? '<present>' : value]
    }),
  )
}
