import { withHeaders, emptyAnswer, type Answer, type LineSink } from '../rest/answer.ts'
import { notFound } from '../rest/error-answers.ts'
import type { EntityListener } from '../world/conversation.ts'
import { requireConversation, type GuestCall } from './guest-call.ts'

/**
 * `GET …/{id}/stream`: everything from now on, one JSON line each; what came before is the list's to tell. A blank line
 * opens it, so that a reader knows it is through, and another every 15 s keeps it alive. It ends when the token does, and
 * stays open over the end of the conversation.
 */
export function streamMessages(call: GuestCall): Answer {
  const conversation = requireConversation(call)
  const { world, grant, heartbeat, faults, exchange } = call
  if (world.behaviour.receive !== 'stream') throw notFound()
  const feed = (lines: LineSink) => {
    const push = faults.openStream(exchange, (json) => lines.write(json), world.clock)
    const listener: EntityListener = ({ json }) => push(json)
    const forgetGrant = world.grants.onEnd(grant, () => lines.end())
    conversation.listeners.add(listener)
    heartbeat.add(lines)
    lines.onClose(() => {
      conversation.listeners.delete(listener)
      forgetGrant()
      heartbeat.remove(lines)
    })
    lines.write('')
  }
  const headers = { 'content-type': 'application/x-ndjson; charset=utf-8', 'x-accel-buffering': 'no' }
  return { ...withHeaders(emptyAnswer(200), headers), feed }
}
