import * as v from 'valibot'
import { defineFault } from './fault.ts'

export const badGateway = defineFault({
  name: 'bad-gateway',
  summary: '502 in HTML from a proxy: no JSON, no correlation id.',
  stage: 'before',
  parameters: v.strictObject({}),
  effect: () => ({
    apply: () => ({
      status: 502,
      headers: { 'content-type': 'text/html', server: 'CloudFront' },
      body: '<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>',
      isForeign: true,
    }),
  }),
})
