import type { FrameContext } from '../faults/active-faults.ts'
import type { Journal } from '../rest/journal.ts'
import type { World } from '../world/world.ts'
import type { OutgoingFrame } from './frames.ts'

/** Writes frames of both directions beside the REST calls. */
export interface FrameJournal {
  received(context: FrameContext, action: string, text: string): void
  sent(context: FrameContext, frame: OutgoingFrame, text: string): void
}

export function createFrameJournal(journal: Journal, world: World): FrameJournal {
  return {
    received: (context, action, text) => journal.noteFrame('RECEIVED', action, null, text, context, world.clock.now()),
    sent: (context, { class: name, code }, text) =>
      journal.noteFrame('SENT', name, code, text, context, world.clock.now()),
  }
}
