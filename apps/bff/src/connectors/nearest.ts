/** The candidate most like `word`, if any is like enough to be what was meant; the earlier of two as near. */
export function nearestOf(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.slice(0, MAX_LENGTH).toLowerCase()
  const ranked = candidates
    .map((candidate) => ({ candidate, steps: editSteps(wanted, candidate.toLowerCase()) }))
    .sort((one, other) => one.steps - other.steps)
  const best = ranked[0]
  return best && best.steps <= Math.max(2, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined
}

const MAX_LENGTH = 128

/** Levenshtein's distance: how many characters to put in, take out or replace. */
export function editSteps(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      const removed = (above[column] ?? 0) + 1
      const inserted = (current[column - 1] ?? 0) + 1
      current.push(Math.min(replaced, removed, inserted))
    }
    above = current
  }
  return above[to.length] ?? from.length
}
