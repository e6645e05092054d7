import { describe, expect, test, vi } from 'vitest'
import { FakeClock } from './fake-clock.ts'
import { openChat, simulatorFor, type Chat } from './guest.ts'

async function greeted(options = {}) {
  const clock = new FakeClock()
  const simulator = await simulatorFor({ demoAgent: true, ...options }, { clock })
  return { clock, simulator, chat: await openChat(simulator) }
}

/** Longer than the bot takes for any line. */
const ONE_LINE_MS = 3000
const botLines = async (chat: Chat) =>
  (await chat.list('?pageSize=100')).body.entities.filter(({ originatingEntity }) => originatingEntity === 'Bot')

describe('the greeting bot', () => {
  test('types, then greets by name', async () => {
    const { clock, chat } = await greeted()
    const stream = await chat.stream()
    clock.advance(ONE_LINE_MS)
    const [on, off, hello] = [await stream.next(), await stream.next(), await stream.next()]
    expect([on, off].map(({ events }) => events?.[0])).toMatchObject([
      { typing: { type: 'On' } },
      { typing: { type: 'Off' } },
    ])
    expect(hello).toMatchObject({ originatingEntity: 'Bot', direction: 'outbound', from: { nickname: 'Robin' } })
    expect(hello.text).toContain('Rosa')
  })

  test('answers every message, in order, and not always with the same words', async () => {
    const { clock, chat } = await greeted()
    clock.advance(ONE_LINE_MS)
    for (const text of ['help', 'help', 'blue', 'A-1042', 'bye']) await chat.send(text)
    clock.advance(5 * ONE_LINE_MS)
    const [, ...answers] = await botLines(chat)
    expect(answers).toHaveLength(5)
    expect(new Set(answers.map(({ text }) => text)).size).toBe(5)
    expect(answers[2]?.text).toContain('blue')
  })

  test('leaves without a word as soon as a person joins', async () => {
    const { clock, simulator, chat } = await greeted()
    clock.advance(ONE_LINE_MS)
    await chat.send('agent')
    clock.advance(500)
    await simulator.control.joinAgent(chat.id, 'Noor')
    await chat.send('hello?')
    clock.advance(5 * ONE_LINE_MS)
    expect(await botLines(chat)).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  test('stops when the conversation ends', async () => {
    const { clock, simulator, chat } = await greeted()
    await simulator.control.disconnectConversation(chat.id, { readOnly: true })
    clock.advance(ONE_LINE_MS)
    expect(await botLines(chat)).toEqual([])
  })

  test('leaves no timer when the simulator closes', async () => {
    const { clock, simulator } = await greeted()
    expect(clock.pending).toBe(1)
    await simulator.close()
    expect(clock.pending).toBe(0)
  })

  test('can be started in one conversation, but not over a person', async () => {
    const { clock, simulator, chat } = await greeted({ demoAgent: false })
    expect((await simulator.control.scenarios()).map(({ id }) => id)).toContain('greeting')
    await simulator.control.startScenario('greeting', chat.id)
    expect((await simulator.control.state()).conversations[0]?.scenario).toBe('greeting')
    clock.advance(ONE_LINE_MS)
    expect(await botLines(chat)).toHaveLength(1)
    await simulator.control.joinAgent(chat.id, 'Noor')
    const again = simulator.control.startScenario('greeting', chat.id)
    await expect(again).rejects.toMatchObject({ status: 409 })
    await expect(simulator.control.startScenario('none', chat.id)).rejects.toMatchObject({ where: 'path.id' })
  })

  test('is gone after a reset', async () => {
    const { clock, simulator } = await greeted()
    await simulator.control.reset()
    await vi.waitUntil(() => clock.pending === 0, { interval: 2 })
  })
})
