import * as v from 'valibot'
import { ABANDONED } from '../rest/answer.ts'
import { defineFault } from './fault.ts'

export const lostAnswer = defineFault({
  name: 'lost-answer',
  summary: 'The operation is done, but the line breaks before its answer is out.',
  stage: 'after',
  parameters: v.strictObject({}),
  effect: () => ({
    apply({ response }) {
      response.destroy()
      return ABANDONED
    },
  }),
})
