import { MAX_CHOICES, MAX_TEXT_BYTES, type ChoiceReply, type Reply } from '@foyer/shared/protocol/message'
import type { ConversationState } from '../../state/conversation.svelte.ts'
import { countBytes } from '../../text/count-bytes.ts'
import { createMessageId } from '../../state/message-id.ts'
import type { Outbox } from '../../state/outbox.svelte.ts'

/** Sends what was chosen; `text` is what it is shown as. */
export function answer(outbox: Outbox, text: string, reply: Reply): void {
  outbox.add({ messageId: createMessageId(), text, reply })
}

/** What the guest answered to a message, here or in another tab, sent or still on its way. A refused answer is none. */
export function answerTo(
  messageId: string,
  conversation: ConversationState | undefined,
  outbox: Outbox,
): Reply | undefined {
  const unsent = outbox.letters.find(({ message }) => message.reply?.to === messageId && message.state !== 'failed')
  return unsent?.message.reply ?? conversation?.answers.get(messageId)
}

/** Whether an answer can be carried: some platforms count bytes (web-messaging.md §16). */
export function fits(text: string, choices: ChoiceReply['choices']): boolean {
  return countBytes(text) <= MAX_TEXT_BYTES && choices.length <= MAX_CHOICES
}

/** What was chosen, where the answer is a choice and not a form. */
export function choicesOf(reply: Reply | undefined): ChoiceReply['choices'] | undefined {
  return reply && reply.kind !== 'form' ? reply.choices : undefined
}
