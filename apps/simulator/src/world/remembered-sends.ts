import type { WrittenEntity } from './entity.ts'

/** A guest's message that was posted under an id of the sender's choice. */
export interface RememberedSend {
  readonly text: string
  readonly written: WrittenEntity
}

/** How long an id means the message it was first sent with (platform-api.md §5.5). */
const REMEMBERED_MS = 24 * 60 * 60 * 1000

/** The message first sent under this id, for 24 hours. */
export function recallSend(
  sends: Map<string, RememberedSend>,
  clientMessageId: string,
  nowMs: number,
): RememberedSend | undefined {
  // A map keeps the order of insertion, so what is too old stands in front.
  for (const [id, { written }] of sends) {
    if (nowMs - written.atMs < REMEMBERED_MS) break
    sends.delete(id)
  }
  return sends.get(clientMessageId)
}
