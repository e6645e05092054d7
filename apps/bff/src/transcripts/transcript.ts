import { LoggedEvent, type MessageEvent } from '@foyer/shared/protocol/event'
import * as v from 'valibot'
import type { EventLog } from '../event-log/event-log.ts'

/** One line of a transcript: a message in the state it has by now, or something that happened. */
export type TranscriptEntry = Exclude<LoggedEvent, { type: 'receipt' }>

const PAGE_EVENTS = 200

/**
 * What was said and done, oldest first, read from the log a page at a time: a transcript costs no more memory than one page,
 * however long it is. What retention trimmed is not in it.
 */
export async function* readTranscript(log: EventLog, conversationId: string): AsyncGenerator<TranscriptEntry> {
  const lastSeq = await log.lastSeq(conversationId)
  const firstSeq = await findFirst(log, conversationId, lastSeq)
  // Places in the log have no gaps, so a stretch of them is a page.
  for (let before = firstSeq + PAGE_EVENTS; before - PAGE_EVENTS <= lastSeq; before += PAGE_EVENTS) {
    const { entries } = await log.readBefore(conversationId, before, PAGE_EVENTS)
    for (const { json, seq } of entries) {
      const event = v.parse(LoggedEvent, JSON.parse(json))
      if (event.type === 'receipt' || seq > lastSeq || seq < before - PAGE_EVENTS) continue
      yield event.type === 'message' ? await settled(log, conversationId, event) : event
    }
  }
}

/** The oldest place still kept: everything before it was trimmed. */
async function findFirst(log: EventLog, conversationId: string, lastSeq: number): Promise<number> {
  let [low, high] = [1, Math.max(1, lastSeq)]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const { entries } = await log.readBefore(conversationId, middle + 1, 1)
    if (entries.length > 0) high = middle
    else low = middle + 1
  }
  return low
}

/** The log tells how a message began; what became of it came later. */
async function settled(log: EventLog, conversationId: string, event: MessageEvent): Promise<MessageEvent> {
  if (event.from.role !== 'guest') return event
  const message = await log.readMessage(conversationId, event.messageId)
  return message ? { ...event, state: message.state } : event
}
