import type { ControlClient } from '@foyer/simulator/control/client'
import { setTimeout as delay } from 'node:timers/promises'
import { Echoes } from './echoes.ts'
import { inBatches } from './in-batches.ts'
import type { Measurable } from './measure-relay.ts'
import type { Running } from './processes.ts'
import type { Admit, RelayGuest } from './relay-guests.ts'

export interface AudienceParts {
  readonly name: string
  /** What stands between platform and guests; undefined where nothing does. */
  readonly process: Running | undefined
  readonly admit: Admit
  readonly control: ControlClient
}

/** Guests whom an agent talks to: `say` of each is the agent's word to this guest. */
export interface Audience extends Measurable {
  /** Guests come until so many are there; each says hello, and an agent joins and answers. */
  growTo(count: number): Promise<void>
  leave(): void
}

/** So many arrive at once. */
const AT_ONCE = 20
const PATIENCE_MS = 30_000

export function gatherAudience({ name, process, admit, control }: AudienceParts): Audience {
  const echoes = new Echoes()
  const guests: { say(text: string): Promise<number> }[] = []
  const present: RelayGuest[] = []

  async function admitOne(guestName: string) {
    const underWay = new Set<string>()
    const guest = await admit((text) => {
      // What another guest was to hear, or this one has heard already, is one too many.
      if (underWay.delete(text)) echoes.take(text)
      else echoes.doubled++
    }, guestName)
    present.push(guest)
    await guest.say('hello')
    return { guestName, underWay }
  }

  return {
    ...{ name, process, guests, echoes },

    async growTo(count) {
      const names = Array.from({ length: count - guests.length }, (_, index) => `${name} ${guests.length + index}`)
      const newcomers = await inBatches(names, AT_ONCE, admitOne)
      const conversations = await conversationsOf(control, names)
      await inBatches(newcomers, AT_ONCE, async ({ guestName, underWay }) => {
        const conversationId = conversations.get(guestName) ?? ''
        const say = async (text: string) => {
          underWay.add(text)
          await control.sendAgentMessage(conversationId, `echo:${text}`)
          return 202
        }
        await control.joinAgent(conversationId, 'Ada')
        guests.push({ say })
        const welcome = `welcome ${guestName}`
        echoes.expect(welcome, performance.now())
        await say(welcome)
      })
      await untilAllHeard(echoes)
    },

    leave() {
      for (const guest of present) guest.leave()
    },
  }
}

/** The platform's conversations by the name of the guest. */
async function conversationsOf(control: ControlClient, names: readonly string[]): Promise<Map<string, string>> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += 200) {
    const { conversations } = await control.state()
    const byName = new Map(conversations.map(({ id, guestName }) => [guestName ?? '', id]))
    if (names.every((name) => byName.has(name))) return byName
    await delay(200)
  }
  throw new Error('not every guest has reached the platform')
}

async function untilAllHeard(echoes: Echoes): Promise<void> {
  for (let waitedMs = 0; echoes.missing > 0; waitedMs += 50) {
    if (waitedMs > PATIENCE_MS) throw new Error(`${echoes.missing} guests have not heard the agent`)
    await delay(50)
  }
}
