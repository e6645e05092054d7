import * as v from 'valibot'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Participant } from '@foyer/shared/protocol/participant'
import { MessagePart } from '@foyer/shared/protocol/message'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import type { ConnectorEvent } from '../connector.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { Operation } from '../diagnosis/failure.ts'
import { operations } from '../diagnosis/operations.ts'
import { causes } from '../diagnosis/verdict.ts'
import { UpstreamError } from '../upstream-error.ts'
import { readList, type ReceiverParts } from './receive.ts'
import { translate } from './translate.ts'

/** Anything, and often enough something that looks like the real thing. */
const member = (...likely: unknown[]) => fc.oneof(fc.constantFrom(...likely), fc.jsonValue({ maxDepth: 2 }))
const sender = fc.record({ id: member('a-1'), nickname: member('Noor', 'x'.repeat(5_000), '\u{1F44B}'.repeat(100)) })
const event = fc.record(
  {
    eventType: member('Typing', 'Presence'),
    presence: member({ type: 'Join' }, { type: 'Disconnect' }),
    typing: member({ type: 'On' }, { type: 'Off', duration: 1e308 }, { duration: -1 }),
  },
  { requiredKeys: [] },
)
const inner = fc.record(
  {
    text: member('hello', ''),
    type: member('Text', 'Event', 'Structured'),
    content: member([{ contentType: 'Attachment' }], []),
    events: fc.oneof(fc.array(event, { maxLength: 3 }), fc.jsonValue()),
    originatingEntity: member('Human', 'Bot'),
    metadata: member({ readOnly: 'true' }, { readOnly: true }),
  },
  { requiredKeys: [] },
)
const entity = fc
  .record(
    {
      id: member('up-1', '', 'x'.repeat(300)),
      direction: member('inbound', 'Outbound'),
      clientMessageId: member('9b1f6c1e-5b6f-4c55-9a0c-3f2f8f4f9d11', '../..'),
      from: fc.oneof(sender, fc.jsonValue()),
      normalizedMessage: fc.oneof(inner, fc.jsonValue()),
      rest: inner,
    },
    { requiredKeys: [] },
  )
  .map(({ rest, ...members }) => ({ ...rest, ...members }))

function expectWellFormed(told: ConnectorEvent): void {
  const participant = told.type === 'message' ? told.from : 'participant' in told ? told.participant : undefined
  if (participant) expect(v.is(Participant, participant)).toBe(true)
  if (told.type === 'message') expect(told.parts.every((part) => v.is(MessagePart, part))).toBe(true)
  if (told.type === 'typing') expect(told.durationMs).toBeLessThanOrEqual(60_000)
  if ('upstreamId' in told) expect(told.upstreamId.length).toBeLessThanOrEqual(256)
}

test('S53 whatever the platform says happened becomes events of ours, or nothing', () => {
  fc.assert(
    fc.property(fc.oneof(entity, fc.jsonValue()), (told) => translate(told, () => undefined).forEach(expectWellFormed)),
    { numRuns: 2_000 },
  )
})

test('S53 whatever it answers for its list is read to an end, or refused with a diagnosis', async () => {
  const page = fc.record({ entities: fc.oneof(fc.array(entity, { maxLength: 5 }), fc.jsonValue()) })
  const body = fc.oneof(
    page.map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string({ unit: 'binary' }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 5 }), async (bodies) => {
      let asked = 0
      // After those answers the list is empty, as every list is one day.
      const call = async () => ({ status: 200, headers: {}, body: bodies[asked++] ?? '{"entities":[]}' })
      const parts: ReceiverParts = {
        client: { call, stream: () => Promise.reject(new Error('not asked')) },
        ...{ conversationId: 'c-1', clock: new FakeClock(), ignored: () => undefined, attention: () => 'active' },
      }
      try {
        for await (const told of readList(parts, { cursor: undefined })) expectWellFormed(told)
      } catch (error) {
        expect(error).toBeInstanceOf(UpstreamError)
      }
      expect(asked).toBeLessThanOrEqual(bodies.length + 1)
    }),
    { numRuns: 500 },
  )
}, 60_000)

test('S53 whatever it answers instead is diagnosed, and in bounds', () => {
  const operation = fc.constantFrom(...(Object.keys(operations) as Operation[]))
  const headers = fc.dictionary(
    fc.constantFrom('retry-after', 'www-authenticate', 'content-type', 'server', 'inin-correlation-id', 'date'),
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('7', '-1', '1e9', 'Wed, 21 Oct 2026 07:28:00 GMT')),
  )
  const body = fc.oneof(fc.json(), fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(operation, fc.integer({ min: -1, max: 700 }), headers, body, (what, status, answered, text) => {
      const verdict = diagnose({
        ...{ operation: what, context: { now: 0 } },
        response: { status, headers: answered, body: text },
      })
      expect(causes).toContain(verdict.cause)
      expect(verdict.detail.length).toBeLessThanOrEqual(2_000)
      expect(verdict.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0)
      expect(verdict.retryAfterMs ?? 0).toBeLessThanOrEqual(86_400_000)
    }),
    { numRuns: 2_000 },
  )
})
