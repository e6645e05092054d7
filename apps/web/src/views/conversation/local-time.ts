/** ISO 8601 as a `datetime-local` input has it: the guest's own time, to the minute. Empty for what is no time. */
export function toLocalTime(at: string | undefined): string {
  const date = new Date(at ?? '')
  if (Number.isNaN(date.getTime())) return ''
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** What such an input holds, as ISO 8601 in UTC: how platforms write times. Undefined while it holds none. */
export function toInstant(local: string): string | undefined {
  const date = new Date(local)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/** Whether a time lies between the bounds there are, to the minute. */
export function isWithin(
  at: string,
  { earliest, latest }: { earliest?: string | undefined; latest?: string | undefined },
) {
  const [time, from, to] = [at, earliest, latest].map(toLocalTime)
  return (!from || (time ?? '') >= from) && (!to || (time ?? '') <= to)
}
