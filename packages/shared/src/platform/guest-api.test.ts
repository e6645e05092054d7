import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { ErrorBody } from './error-body.ts'
import { GuestConversation, GuestMessage, GuestMessagePage, GuestTokenResponse, TokenInfo } from './guest-api.ts'
import { readSamples, type Exchange } from './samples.ts'

/** Which schema reads the answer of which samples; the number is the file's. */
function schemaOf({ file, response }: Exchange) {
  const number = Number(file.slice(0, 2))
  if (number === 8) return TokenInfo
  if ((response?.status ?? 0) >= 400) return ErrorBody
  if (number >= 30 && number <= 39) return GuestTokenResponse
  if (number === 40 || number === 41 || number === 57) return GuestConversation
  if (number === 42 || number === 43 || number === 58) return GuestMessagePage
  return GuestMessage
}

const answered = readSamples('guest-api').filter(({ response }) => response?.body !== undefined)

describe('every sample of the guest REST contract', () => {
  test.each(answered.map((sample) => [sample.file, sample] as const))('%s can be read', (_file, sample) => {
    const body = v.parse(schemaOf(sample), sample.response?.body)
    expect(Object.values(body).some((value) => value !== undefined)).toBe(true)
  })

  test.each(answered.map(({ file, _about }) => [file, _about] as const))('%s names its source', (_file, about) => {
    expect(about.source).not.toBe('')
  })

  test('entities of a page are messages and events', () => {
    const entities = answered
      .filter(({ file }) => ['42', '43', '58'].includes(file.slice(0, 2)))
      .flatMap(({ response }) => v.parse(GuestMessagePage, response?.body).entities)
    expect(entities.map((entity) => v.parse(GuestMessage, entity).direction)).toEqual([
      'inbound',
      'outbound',
      'outbound',
      'outbound',
    ])
  })
})

describe('a message of a foreign platform', () => {
  test('may be minimal', () => {
    expect(v.parse(GuestMessage, { id: '1', direction: 'Outbound', text: 'hi' }).direction).toBe('outbound')
  })
  test('may be MessageData', () => {
    const message = v.parse(GuestMessage, { id: '1', direction: 'inbound', normalizedMessage: { text: 'hi' } })
    expect(message.normalizedMessage?.text).toBe('hi')
  })
})
