/** One variable, or several, are not as they should be. `problems` has a sentence for each, without any secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

/** The system's word for a file that cannot be had, such as ENOENT. */
export const reasonOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'unknown'
