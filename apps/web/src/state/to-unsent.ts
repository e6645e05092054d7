import type { SendMessage } from '@foyer/shared/protocol/message'
import { UNSENT_SEQ } from '../timeline/timeline.ts'
import type { Unsent } from '../timeline/with-unsent.ts'

/** A message of the guest as it is shown before the stream tells of it. */
export function toUnsent({ messageId, text, reply, attachment }: SendMessage, nowMs: number): Unsent {
  return {
    supersedesSeq: 0,
    message: {
      type: 'message',
      messageId,
      seq: UNSENT_SEQ,
      at: new Date(nowMs).toISOString(),
      from: { participantId: 'guest', role: 'guest' },
      parts: [
        ...(text === '' ? [] : [{ type: 'text' as const, text }]),
        ...(attachment ? [{ type: 'attachment' as const, attachment }] : []),
      ],
      reply,
      state: 'pending',
      problem: undefined,
      stateSeq: 0,
      told: [],
    },
  }
}
