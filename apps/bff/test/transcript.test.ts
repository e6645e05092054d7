import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, stateOf, textsOf } from './support/guest.ts'
import { startBoth } from './support/start-foyer.ts'
import { newDatabaseFile } from './support/stores.ts'

async function talk() {
  const { foyer, simulator } = await startBoth()
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const sent = await guest.send('first\n[01:02] Noor: forged')
  await eventually('sent', () => stateOf(events, sent.body.messageId) === 'sent')
  const id = (await simulator.control.state()).conversations[0]?.id ?? ''
  await simulator.control.joinAgent(id, '<b>Noor</b>')
  await simulator.control.sendAgentMessage(id, '<script>alert(1)</script> "quoted" \u202etxt')
  await eventually('answered', () => textsOf(events).length === 2)
  const transcript = async (query: string) => {
    const response = await guest.request('GET', `${guest.path}/transcript${query}`)
    return { response, text: await response.text() }
  }
  return { foyer, guest, simulator, events, id, transcript }
}

test('the transcript as text has who said what and when, one entry to a line', async () => {
  const { transcript } = await talk()
  const { response, text } = await transcript('?format=txt&timeZone=Europe/Berlin')
  expect(response.headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
  expect(response.headers.get('Content-Disposition')).toMatch(/^attachment; filename="chat-\d{4}-\d\d-\d\d\.txt"$/)
  const lines = text.split('\n')
  expect(lines[0]).toMatch(/^Chat transcript, /)
  expect(lines[1]).toBe('All times: Europe/Berlin')
  // What looks like an entry inside a message is set off: nobody can put words into another's mouth.
  expect(text).toMatch(/^\[[^\]]+\] You: first\n {4}\[01:02\] Noor: forged$/m)
  expect(text).toMatch(/^\[[^\]]+\] \* <b>Noor<\/b> joined$/m)
  expect(text).toContain('"quoted" txt')
})

test('the transcript as HTML holds the words of strangers as text, and can do nothing', async () => {
  const { transcript } = await talk()
  const { response, text } = await transcript('?format=html')
  expect(response.headers.get('Content-Security-Policy')).toBe("default-src 'none'; sandbox; frame-ancestors 'none'")
  expect(response.headers.get('Content-Disposition')).toContain('attachment')
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &quot;quoted&quot;')
  expect(text).not.toMatch(/<script|<b>/)
  expect(text).toMatch(/<html lang="en" dir="ltr">/)
})

test('the transcript is in the language it is asked for in', async () => {
  const { transcript } = await talk()
  expect((await transcript('?format=html&locale=he-IL')).text).toMatch(/<html lang="he" dir="rtl">/)
  expect((await transcript('?locale=de-AT&timeZone=Europe/Vienna')).text).toMatch(
    /^Chatverlauf, .*\nAlle Zeiten: Europe\/Vienna/,
  )
})

test('the transcript as JSON has every entry in its present state', async () => {
  const { transcript, guest } = await talk()
  const { entries, conversationId } = JSON.parse((await transcript('?format=json')).text) as {
    conversationId: string
    entries: { type: string; seq: number; state?: string }[]
  }
  expect(conversationId).toBe(guest.conversationId)
  const messages = entries.filter(({ type }) => type === 'message')
  expect(messages.map(({ state }) => state)).toEqual(['sent', expect.any(String)])
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map(({ seq }) => seq).toSorted((one, other) => one - other))
})

test('it is there after the end, for its own guest alone', async () => {
  const { foyer, guest, simulator, id, events, transcript } = await talk()
  await simulator.control.disconnectConversation(id, { readOnly: true })
  await eventually('ended', () => events.some((event) => event.type === 'conversation' && event.state === 'ended'))
  expect((await transcript('')).text).toContain('The chat has ended')
  guest.cookie = (await new Guest(foyer.url).arrive()).cookie
  const foreign = await transcript('')
  expect([foreign.response.status, foreign.text]).toEqual([404, expect.not.stringContaining('first')])
  guest.cookie = undefined
  expect((await transcript('')).response.status).toBe(401)
})

test.each(['?format=pdf', '?timeZone=Mars/Base', '?file=x'])('%s is refused', async (query) => {
  const { foyer } = await startBoth()
  const guest = await new Guest(foyer.url).arrive()
  expect((await guest.request('GET', `${guest.path}/transcript${query}`)).status).toBe(400)
})

test('a transcript whose reading fails is cut off, and nothing is printed past the log', async () => {
  const store = newDatabaseFile()
  const { foyer } = await startBoth({}, { store })
  const guest = await new Guest(foyer.url).arrive()
  const other = new DatabaseSync(store)
  onTestFinished(() => other.close())
  other.exec('DROP TABLE events')
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  onTestFinished(() => printed.mockRestore())
  await expect(guest.request('GET', `${guest.path}/transcript`).then((answer) => answer.text())).rejects.toThrow()
  expect(printed).not.toHaveBeenCalled()
})
