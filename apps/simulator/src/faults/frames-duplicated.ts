import * as v from 'valibot'
import { defineFault } from './fault.ts'

export const framesDuplicated = defineFault({
  name: 'frames-duplicated',
  summary: 'A frame comes twice.',
  stage: 'frame',
  parameters: v.strictObject({}),
  effect: () => ({
    deliver(frame, line) {
      line.push(frame)
      line.push(frame)
    },
  }),
})
