import type { Speaker } from '../world/conversation.ts'
import { Actor } from './actor.ts'
import { createReplies } from './greeting-replies.ts'
import type { Scenario } from './scenario.ts'

const robin: Speaker = { nickname: 'Robin', kind: 'Bot' }

/** A bot that greets, answers, and leaves without a word as soon as a person joins. */
export const greeting: Scenario = {
  id: 'greeting',
  title: 'Greeting bot',
  summary: 'A bot greets, answers what the guest writes, and falls silent when a person joins.',
  start(world, conversation) {
    const actor = new Actor(world, conversation, robin)
    const replies = createReplies(conversation.guestName)
    actor.say(replies.greet())
    return {
      hear: (heard) => actor.say(replies.reply(heard)),
      stop: () => actor.stop(),
    }
  },
}
