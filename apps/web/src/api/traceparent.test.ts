import { expect, test } from 'vitest'
import { createClient } from './client.ts'

/** The header of each of `calls` requests. */
async function sentBy(calls: number): Promise<string[]> {
  const sent: string[] = []
  const client = createClient('en', async (_input, init) => {
    sent.push(new Headers(init?.headers).get('traceparent') ?? 'none')
    return new Response(null, { status: 204 })
  })
  for (let call = 0; call < calls; call++) await client.endConversation('c')
  return sent
}

test('every request of the page has a name of its own in traces, as the standard writes it', async () => {
  const sent = await sentBy(50)
  for (const header of sent) expect(header).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00$/)
  expect(new Set(sent).size).toBe(50)
})
