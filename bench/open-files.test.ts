import { expect, test, vi } from 'vitest'
import { mostOpenFiles, thatFit } from './open-files.ts'

test('as many guests come as there are files for, and what was cut is said', () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  expect(thatFit(1_000, 2, 20_000)).toBe(1_000)
  expect(warn).not.toHaveBeenCalled()
  expect(thatFit(10_000, 2, 20_000)).toBe(9_700)
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    '10000 guests need 20600 open files in one process, 20000 are allowed: 9700 come instead',
  )
})

test('this process has a limit', () => {
  expect(mostOpenFiles()).toBeGreaterThan(0)
})
