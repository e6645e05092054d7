import { startLine, type Line } from '@foyer/simulator/control/line'
import { startSimulator, type Simulator, type SimulatorOptions } from '@foyer/simulator/start-simulator'
import { onTestFinished } from 'vitest'
import type { GuestApiLimits } from '../../src/connectors/guest-api/connector.ts'
import { eventually } from './eventually.ts'
import { startFoyer, type Foyer, type FoyerOptions } from './start-foyer.ts'

/** The limits of docs/decisions 0043 and 0045, a twentieth as long. */
export const SHORT = {
  http: { connectMs: 150, headersMs: 400, totalMs: 600 },
  breaker: { openMs: 250 },
  wholeMs: 750,
} satisfies GuestApiLimits

/** Foyer with a simulated platform at the end of a line, until the test is over. */
export async function startOverLine(
  options: FoyerOptions = {},
  simulatorOptions: SimulatorOptions = {},
): Promise<{ foyer: Foyer; simulator: Simulator; line: Line }> {
  const simulator = await startSimulator({ rateLimitPerMinute: 1_000_000, ...simulatorOptions })
  onTestFinished(() => simulator.close())
  const line = await startLine(simulator.url)
  onTestFinished(() => line.close())
  const foyer = await startFoyer(line.url, { callLimits: SHORT, ...options })
  onTestFinished(() => foyer.close())
  return { foyer, simulator, line }
}

/** The platform's id of the only conversation there is. */
export const onlyConversation = ({ control }: Simulator): Promise<string> =>
  eventually('there is a conversation', async () => (await control.state()).conversations[0]?.id)

/** What the guests have said there, in the platform's order. */
export async function saidUpstream({ control }: Simulator, conversationId: string): Promise<string[]> {
  const { entities } = await control.conversation(conversationId)
  return entities.flatMap(({ text, direction }) => (direction === 'inbound' && text ? [text] : []))
}
