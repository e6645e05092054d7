export interface Climb {
  readonly from: number
  /** Each rate is so many times the one before. */
  readonly factor: number
  readonly most: number
}

/**
 * Raises the rate step by step, all in turn, until none keeps up. A step that is missed is tried once more: a hiccup of the
 * machine is not the end. Who misses it twice is let go, since its backlog is not the others'. Returns the last rate each
 * kept up with; 0 where there was none.
 */
export async function climb<Climber>(
  climbers: readonly Climber[],
  { from, factor, most }: Climb,
  keepsUp: (climber: Climber, rate: number) => Promise<boolean>,
  letGo: (climber: Climber) => Promise<void>,
): Promise<Map<Climber, number>> {
  const last = new Map(climbers.map((climber) => [climber, 0]))
  const climbing = new Set(climbers)
  for (let step = from; climbing.size > 0 && step <= most; step *= factor) {
    const rate = Math.round(step)
    for (const climber of climbing) {
      if ((await keepsUp(climber, rate)) || (await keepsUp(climber, rate))) last.set(climber, rate)
      else if (climbing.delete(climber)) await letGo(climber)
    }
  }
  for (const climber of climbing) await letGo(climber)
  return last
}
