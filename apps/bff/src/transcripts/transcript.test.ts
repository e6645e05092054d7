import { LANGUAGES } from '@foyer/shared/protocol/languages'
import { expect, test } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { newEventLog, newSealer, openStore } from '../../test/support/stores.ts'
import type { NewEvent } from '../event-log/event-log.ts'
import { entryLines } from './entry-lines.ts'
import { readTranscript, type TranscriptEntry } from './transcript.ts'
import { transcriptLanguage } from './transcript-words.ts'

const guest = { participantId: 'guest', role: 'guest' } as const
const message = (index: number): NewEvent => ({
  type: 'message',
  messageId: `message-${index}`,
  from: guest,
  state: 'pending',
  parts: [{ type: 'text', text: `text ${index}` }],
})

function createLog() {
  const clock = new FakeClock()
  return { clock, log: newEventLog({ sqlite: openStore(), sealer: newSealer(), clock }) }
}

async function seqsOf(entries: AsyncIterable<TranscriptEntry>): Promise<number[]> {
  const seqs: number[] = []
  for await (const { seq } of entries) seqs.push(seq)
  return seqs
}

test.each([0, 1, 199, 200, 201, 450])('reads all of %i messages, each once and in order', async (count) => {
  const { log } = createLog()
  for (let index = 1; index <= count; index++) await log.append('c', [message(index)])
  expect(await seqsOf(readTranscript(log, 'c'))).toEqual(Array.from({ length: count }, (_, index) => index + 1))
})

test('begins where the log does once its beginning was trimmed', async () => {
  const { log } = createLog()
  const told = (index: number) => ({ type: 'receipt', messageId: `message-${index}`, state: 'sent' }) as const
  for (let index = 1; index <= 300; index++) await log.append('c', [message(index), told(index)])
  await log.trim({ maxAgeMs: 1e12, maxEvents: 90 })
  const seqs = await seqsOf(readTranscript(log, 'c'))
  expect([seqs.at(0), seqs.at(-1)]).toEqual([511, 599])
})

test.each([
  ['de-AT', 'de', 'Noor ist jetzt im Chat'],
  ['zh-Hans-CN', 'zh', 'Noor已加入聊天'],
  ['iw', 'he', 'Noor כעת בשיחה'],
  ['tlh', 'en', 'Noor joined'],
  ['en-US@posix', 'en', 'Noor joined'],
  [undefined, 'en', 'Noor joined'],
])('speaks the language of the guest: %s', (locale, expected, words) => {
  const language = transcriptLanguage(locale, 'UTC')
  expect(language.language).toBe(expected)
  const participant = { participantId: 'a', role: 'agent', name: 'Noor' } as const
  const entry = { type: 'participant', change: 'joined', participant, seq: 1, at: '2026-01-01T00:00:00.000Z' } as const
  expect(entryLines(entry, language)).toEqual({ lines: [words] })
})

test.each([
  ['messages-missing', 'Hier können Nachrichten fehlen'],
  ['platform-unavailable', 'Der Chat war unterbrochen'],
] as const)('tells of a problem what it means for the reader: %s', (code, words) => {
  const problem = { type: `problems/${code}`, title: 'Title', status: 503, detail: 'For the log.', code }
  const entry = { type: 'notice', problem, seq: 1, at: '2026-01-01T00:00:00.000Z' } as const
  expect(entryLines(entry, transcriptLanguage('de', 'UTC'))).toEqual({ lines: [words] })
})

test('is written in every language of the page', () => {
  for (const language of LANGUAGES) {
    const { words, language: spoken } = transcriptLanguage(language, 'UTC')
    expect(spoken).toBe(language)
    expect([words.joined('Noor'), words.left('Noor')]).toEqual(Array(2).fill(expect.stringContaining('Noor')))
    expect(Object.values(words)).not.toContain('')
  }
})
