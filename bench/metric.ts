/** The value of one series in the Prometheus text format; 0 where it has not been counted yet. `series` with its labels, as written. */
export function metricIn(text: string, series: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return Number(line?.slice(series.length + 1) ?? 0)
}
