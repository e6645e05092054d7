import { expect, test } from 'vitest'
import { toEpochMs } from './configure.ts'

test.each([
  [1_795_600_000, 1_795_600_000_000],
  [1_795_600_000_000, 1_795_600_000_000],
  [0, undefined],
  [-5, undefined],
  [Number.NaN, undefined],
  [null, undefined],
  [undefined, undefined],
])('%j is %j in milliseconds', (date, expected) => expect(toEpochMs(date)).toBe(expected))
