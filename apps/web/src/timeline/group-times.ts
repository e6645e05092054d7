/** A time that is offered, as the platform wrote it. */
export interface OfferedTime {
  at: string
  durationSeconds: number
}

/** The times of one day. */
export interface OfferedDay {
  /** The first of them. */
  at: string
  times: readonly OfferedTime[]
}

/** By the day where the guest is, in order; what is no time is left out, and so is what is there already. */
export function groupTimes(times: readonly OfferedTime[]): OfferedDay[] {
  const byInstant = new Map(times.map((time) => [Date.parse(time.at), time]))
  const instants = [...byInstant.keys()].filter((instant) => !Number.isNaN(instant)).sort((one, other) => one - other)
  const days = Map.groupBy(instants, (instant) => new Date(instant).setHours(0, 0, 0, 0))
  return [...days.values()].map((instants) => {
    const ofDay = instants.flatMap((instant) => byInstant.get(instant) ?? [])
    return { at: ofDay[0]?.at ?? '', times: ofDay }
  })
}
