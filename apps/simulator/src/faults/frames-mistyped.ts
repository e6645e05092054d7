import * as v from 'valibot'
import { defineFault } from './fault.ts'

export const framesMistyped = defineFault({
  name: 'frames-mistyped',
  summary: 'A frame says `response` for `message`, or the other way round.',
  stage: 'frame',
  parameters: v.strictObject({}),
  effect: () => ({
    deliver: (frame, line) => line.push({ ...frame, type: frame.type === 'message' ? 'response' : 'message' }),
  }),
})
