import type { Conversation } from '@foyer/shared/protocol/conversation'
import type { StreamEvent } from '@foyer/shared/protocol/event'
import type { ProblemCode } from '@foyer/shared/protocol/problem'
import type { Client } from '../api/client.ts'
import type { FakeClock } from '../api/fake-clock.ts'
import { ProblemError } from '../api/problem-error.ts'

export const session = { startedAt: '', expiresAt: '', idleSeconds: 900 }

export const refusal = (status: number, code: ProblemCode) =>
  new ProblemError({ type: 'about:blank', title: '', status, detail: '', code })

export const openConversation = (conversationId: string, lastSeq = 0): Conversation => ({
  ...{ conversationId, state: 'open', startedAt: '', participants: [], lastSeq, rated: false },
  capabilities: {
    ...{ typing: true, attachments: true, structuredContent: true, clear: true, end: true },
    ...{ history: true, readReceipts: true, presence: true },
  },
})

/** For tests: a BFF that has no session yet, except for what `answers` says. */
export function createFakeBff(clock: FakeClock, answers: Partial<Client> = {}) {
  const asked: string[] = []
  const streams: ReadableStreamDefaultController<Uint8Array>[] = []
  let hasSession = false
  const done = () => Promise.resolve(undefined)
  const client: Client = {
    readSession: () => (hasSession ? Promise.resolve(session) : Promise.reject(refusal(401, 'session-required'))),
    startSession: () => Promise.resolve(((hasSession = true), session)),
    endSession: () => Promise.resolve(((hasSession = false), undefined)),
    openConversation: () =>
      Promise.resolve(openConversation(`c-${asked.filter((name) => name === 'openConversation').length}`)),
    readConversation: (id) => Promise.resolve(openConversation(id)),
    readMessages: () => Promise.resolve({ events: [], earlier: false, lastSeq: 0 }),
    sendMessage: (_, { messageId }) => Promise.resolve({ messageId, seq: 1, state: 'pending' }),
    setTyping: done,
    endConversation: done,
    clearConversation: done,
    readForms: () => Promise.resolve({}),
    rateConversation: done,
    readConfig: () => Promise.reject(refusal(503, 'shutting-down')),
    readAttachment: () => Promise.resolve(new Blob()),
    readMedia: () => Promise.resolve(new Blob()),
    readTranscript: () => Promise.resolve(new Blob()),
    removeAttachment: done,
    followEvents: () => Promise.resolve(new Response(new ReadableStream({ start: (line) => void streams.push(line) }))),
    ...answers,
  }
  const counting = Object.entries(client).map(([name, call]) => [
    name,
    (...given: never[]) => (asked.push(name), (call as (...given: never[]) => unknown)(...given)),
  ])
  return {
    client: Object.fromEntries(counting) as Client, // The same calls, each of them noted.
    /** The names of the calls, in order. */
    asked,
    /** Sends these events down the stream that was opened last. */
    async tell(...events: StreamEvent[]) {
      const frames = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
      streams.at(-1)?.enqueue(new TextEncoder().encode(frames))
      await clock.pass(0)
    },
  }
}
