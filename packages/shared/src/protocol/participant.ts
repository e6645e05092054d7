import * as v from 'valibot'

/** Anyone in a conversation. `name` is absent where the platform does not tell it. */
export const Participant = v.object({
  participantId: v.string(),
  role: v.picklist(['guest', 'agent', 'bot', 'system']),
  name: v.optional(v.string()),
})
export type Participant = v.InferOutput<typeof Participant>
