import type { LoggedEvent } from '@foyer/shared/protocol/event'
import { onTestFinished, vi } from 'vitest'
import type { ConversationRecord } from '../../src/conversations/conversation.ts'
import { createRelay, type Relay } from '../../src/conversations/relay.ts'
import { createSqliteConversationStore } from '../../src/conversations/sqlite-conversation-store.ts'
import type { EventLog, PassingEntry } from '../../src/event-log/event-log.ts'
import { toPassingEntry } from '../../src/event-log/passing-entry.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { untraced } from '../../src/telemetry/tracing.ts'
import { FakeClock, settle } from './fake-clock.ts'
import { createRecordingLogger } from './loggers.ts'
import { ScriptedConnector } from './scripted-connector.ts'
import { newEventLog, newSealer, openStore } from './stores.ts'

export const SESSION = 'session-1'

/** A log that keeps nothing for as long as it has a failure, as one on a full disk. */
function failingAtWill(log: EventLog): EventLog & { failure?: Error | undefined } {
  const subject: EventLog & { failure?: Error | undefined } = {
    ...log,
    append: (conversationId, events) =>
      subject.failure ? Promise.reject(subject.failure) : log.append(conversationId, events),
  }
  return subject
}

/**
 * A relay between real stores and a scripted platform. Time goes on only through `advance`, which moves the clock and the
 * timers alike. `restart` makes a new relay over the same stores, as after a crash: the old one is not closed.
 */
export function createRelaySubject() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const clock = new FakeClock()
  const connector = new ScriptedConnector()
  const [sqlite, sealer] = [openStore(), newSealer()]
  const log = failingAtWill(newEventLog({ sqlite, sealer, clock }))
  const store = createSqliteConversationStore(sqlite, sealer)
  const { logger, lines } = createRecordingLogger()
  const relays: Relay[] = []
  const start = (over: ScriptedConnector = connector): Relay => {
    const slot = { read: async () => ({}), write: async () => undefined }
    const telling = { logger, metrics: createMetrics().metrics, tracing: untraced }
    const parts = { connector: over, log, store, clock, ...telling, showDiagnosis: false, credentialOf: () => slot }
    const relay = createRelay(parts)
    relays.push(relay)
    return relay
  }
  onTestFinished(async () => {
    await Promise.all(relays.map((relay) => relay.close()))
    vi.useRealTimers()
  })

  const relay = start()
  const openConversation = async (): Promise<ConversationRecord> => (await relay.openFor(SESSION, {})).record
  const advance = async (ms: number) => {
    await clock.advance(ms)
    await vi.advanceTimersByTimeAsync(ms)
    await settle()
  }
  const eventsOf = async ({ conversationId }: ConversationRecord): Promise<LoggedEvent[]> => {
    const { entries } = await log.readBefore(conversationId, undefined, 10_000)
    return entries.map(({ json }) => JSON.parse(json) as LoggedEvent)
  }
  const stateOf = async ({ conversationId }: ConversationRecord, messageId: string) =>
    (await log.readMessage(conversationId, messageId))?.state
  const passing = (record: ConversationRecord): PassingEntry[] => {
    const told: PassingEntry[] = []
    log.follow(record.conversationId, (news) =>
      'passing' in news ? void told.push(toPassingEntry(news, 0)) : undefined,
    )
    return told
  }
  return { clock, connector, log, store, lines, relay, start, openConversation, advance, eventsOf, stateOf, passing }
}
