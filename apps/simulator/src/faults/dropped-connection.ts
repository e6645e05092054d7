import * as v from 'valibot'
import { ABANDONED } from '../rest/answer.ts'
import { defineFault } from './fault.ts'

export const droppedConnection = defineFault({
  name: 'dropped-connection',
  summary: 'The line breaks before anything is done.',
  stage: 'before',
  parameters: v.strictObject({}),
  effect: () => ({
    apply({ response }) {
      response.destroy()
      return ABANDONED
    },
  }),
})
