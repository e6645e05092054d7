import * as v from 'valibot'
import { defineFault } from './fault.ts'

export const framesDropped = defineFault({
  name: 'frames-dropped',
  summary: 'A frame never comes, and the socket stays.',
  stage: 'frame',
  parameters: v.strictObject({}),
  effect: () => ({ deliver: () => undefined }),
})
