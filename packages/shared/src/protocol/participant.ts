import * as v from 'valibot'

/**
 * Anyone in a conversation. `name` and `image` are absent where the platform does not tell them. `image` is the address the
 * platform gave; the page never loads it: the BFF does, at `…/messages/:messageId/media`.
 */
export const Participant = v.object({
  participantId: v.string(),
  role: v.picklist(['guest', 'agent', 'bot', 'system']),
  name: v.optional(v.string()),
  image: v.optional(v.string()),
})
export type Participant = v.InferOutput<typeof Participant>
