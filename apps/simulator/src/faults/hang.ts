import * as v from 'valibot'
import { ABANDONED, type Outcome } from '../rest/answer.ts'
import { defineFault } from './fault.ts'

export const hang = defineFault({
  name: 'hang',
  summary: 'No answer at all: the line stays open, nothing is done, nothing is said.',
  stage: 'before',
  parameters: v.strictObject({}),
  effect: () => ({ apply: (): Outcome => ABANDONED }),
})
