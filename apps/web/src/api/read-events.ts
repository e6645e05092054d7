import { StreamEvent } from '@foyer/shared/protocol/event'
import { createParser } from 'eventsource-parser'
import * as v from 'valibot'

/** Far beyond any event of ours: a line that never ends must not fill the memory. */
const MAX_BUFFER_CHARACTERS = 1_000_000

/**
 * The events of one response, in the batches they came in: what arrived together is drawn together. An empty batch is a
 * heartbeat, a comment that says the line is alive. Events of a type this version does not know are skipped. `onRetry`
 * hears in how many milliseconds we are asked to come back once the line has ended (WHATWG HTML §9.2.6, `retry`).
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onRetry: (delayMs: number) => void,
): AsyncGenerator<StreamEvent[]> {
  let batch: StreamEvent[] = []
  const parser = createParser({
    maxBufferSize: MAX_BUFFER_CHARACTERS,
    onRetry,
    onEvent({ data }) {
      const event = v.safeParse(StreamEvent, toJson(data))
      if (event.success) batch.push(event.output)
    },
  })
  const decoder = new TextDecoder()
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
      yield batch
      batch = []
    }
  } finally {
    await reader.cancel().catch(() => undefined) // The line may be broken already: nothing is left to cancel.
  }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Not ours; the schema turns it down.
  }
}
