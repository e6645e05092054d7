import { expect, test } from 'vitest'
import { faultsIn } from './verdict.ts'

const said = ['one', 'two', 'three']

test.each([
  ['right', ['one', 'two', 'three'], []],
  ['lost', ['one', 'three'], ['log: lost two']],
  ['doubled', ['one', 'two', 'two', 'three'], ['log: 2 times two']],
  ['out of order', ['two', 'one', 'three'], ['log: one after two']],
  ['unasked for', ['one', 'two', 'three', 'four'], ['log: never said four', 'log: four after three']],
])('a record that is %s', (_, heard, faults) => {
  expect(faultsIn({ record: 'log', said, heard })).toEqual(faults)
})
