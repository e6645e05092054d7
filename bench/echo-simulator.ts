import { startSimulator } from '@foyer/simulator/start-simulator'

/*
 * The simulator as a platform that echoes: an agent who joins every conversation and says back what the guest says. The
 * agent plays by the control API, so an echo costs a round trip more than with echo-platform.ts.
 */

const UNLIMITED = 1_000_000_000
const simulator = await startSimulator({
  port: Number(process.env['PORT']),
  rateLimitPerMinute: UNLIMITED,
  clientRateLimitPerMinute: UNLIMITED,
})
const { control } = simulator

for await (const change of await control.changes(new AbortController().signal)) {
  if (change.type === 'opened') void control.joinAgent(change.conversation.id, 'Echo')
  if (change.type !== 'entity' || change.entity.direction !== 'inbound' || !change.entity.text) continue
  void control.sendAgentMessage(change.conversation.id, `echo:${change.entity.text}`)
}
