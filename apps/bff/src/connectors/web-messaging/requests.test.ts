import type { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import { describe, expect, test } from 'vitest'
import type { WebMessagingOperation } from './error-codes.ts'
import { Requests } from './requests.ts'

const frame = (name: string, more: object = {}): ServerFrame =>
  ({ class: name, code: 200, body: {}, ...more }) as ServerFrame
const echo = (tracingId: string) => frame('StructuredMessage', { tracingId })

/** Several requests at once, by their id; each becomes what answered it, or nothing so far. */
function ask(waiting: Record<string, WebMessagingOperation>) {
  const requests = new Requests()
  const answers: Record<string, ServerFrame> = {}
  const all = Object.entries(waiting).map(([id, operation]) =>
    requests.answerTo(id, { operation }).then((answer) => void (answers[id] = answer)),
  )
  const stop = async () => {
    requests.failAll()
    await Promise.allSettled(all)
  }
  const take = async (given: ServerFrame) => {
    const isTaken = requests.take(given)
    await Promise.resolve().then(() => undefined)
    await new Promise((resolve) => setImmediate(resolve))
    return isTaken
  }
  return { answers, take, stop }
}

test('an answer finds its request by the tracing id, in any order, on the envelope or in the body', async () => {
  const { answers, take, stop } = ask({ one: 'send', two: 'send' })
  expect(await take(echo('two'))).toBe(true)
  expect(await take(frame('AttachmentDeletedResponse', { body: { tracingId: 'one' } }))).toBe(true)
  expect(Object.keys(answers)).toEqual(['two', 'one'])
  await stop()
})

test('an answer to another’s request is nobody’s', async () => {
  const { answers, take, stop } = ask({ one: 'send' })
  expect(await take(echo('of another connection'))).toBe(false)
  expect(await take(frame('string', { code: 400, tracingId: 'of typing', body: 'no' }))).toBe(false)
  expect(answers).toEqual({})
  await stop()
})

describe('without a tracing id', () => {
  test.each<[string, Record<string, WebMessagingOperation>, string | undefined]>([
    ['string', { file: 'file', one: 'send', two: 'send' }, 'one'],
    ['string', { one: 'send', begin: 'configure' }, 'begin'],
    ['TooManyRequestsErrorMessage', { page: 'history', one: 'send' }, 'one'],
    ['ErrorMessage', { one: 'send' }, 'one'],
    ['SessionResponse', { one: 'send', leave: 'end' }, 'leave'],
    ['JwtResponse', { one: 'send', page: 'history' }, 'page'],
    ['GenerateUrlError', { one: 'send', slot: 'file' }, 'slot'],
    ['PresignedUrlResponse', { one: 'send', slot: 'file' }, 'slot'],
    // An agent's message answers nothing.
    ['StructuredMessage', { one: 'send' }, undefined],
    ['string', {}, undefined],
  ])('%s, while %j wait, is the answer to %s', async (name, waiting, answered) => {
    const { answers, take, stop } = ask(waiting)
    expect(await take(frame(name, { body: name === 'string' ? 'no' : {} }))).toBe(answered !== undefined)
    expect(Object.keys(answers)).toEqual(answered === undefined ? [] : [answered])
    await stop()
  })
})

test('what was asked on a socket that is gone may have been done', async () => {
  const requests = new Requests()
  const asking = requests.answerTo('one', { operation: 'send' })
  requests.failAll()
  await expect(asking).rejects.toMatchObject({ code: 'network', outcome: 'unknown', retryable: true })
})

test('an answer that does not come in time may still have been done', async () => {
  const asking = new Requests().answerTo('one', { operation: 'send' }, undefined, 1)
  await expect(asking).rejects.toMatchObject({ code: 'network', outcome: 'unknown' })
})

test('who does not want to wait any more waits no more', async () => {
  const abort = new AbortController()
  const requests = new Requests()
  const asking = requests.answerTo('one', { operation: 'send' }, abort.signal)
  abort.abort(new Error('gone'))
  await expect(asking).rejects.toThrow('gone')
  expect(requests.take(echo('one'))).toBe(false)
})

test('an address for a file finds its upload by the file, where it names nothing else', async () => {
  const requests = new Requests()
  const addressed: string[] = []
  const ask = (attachmentId: string) =>
    requests
      .answerTo(`of ${attachmentId}`, { operation: 'file', attachmentId })
      .then(() => addressed.push(attachmentId))
  const [one, two] = [ask('one').catch(() => undefined), ask('two')]
  expect(requests.take(frame('PresignedUrlResponse', { body: { attachmentId: 'two' } }))).toBe(true)
  await two
  expect(requests.take(frame('PresignedUrlResponse', { body: { attachmentId: 'a stranger' } }))).toBe(false)
  requests.failAll()
  await one
  expect(addressed).toEqual(['two'])
})
