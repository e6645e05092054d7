import * as v from 'valibot'
import { defineFault } from './fault.ts'

export const duplicateEvent = defineFault({
  name: 'duplicate-event',
  summary: 'A message or event comes twice, on a stream and in a page of the list.',
  stage: 'entities',
  parameters: v.strictObject({}),
  effect: () => ({
    arrangePage: (entities) => entities.flatMap((json) => [json, json]),
    openStream: (push, spend) => (json) => {
      push(json)
      if (spend()) push(json)
    },
  }),
})
