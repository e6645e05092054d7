import { ChatPage } from './chat-page.ts'
import { expect, onlyConversation, test } from './fixtures.ts'

test('a reload comes back to the same conversation', async ({ chat, simulator }) => {
  await chat.send('one')
  await expect(chat.bubble('one')).toHaveAttribute('data-state', 'sent')
  const id = await onlyConversation(simulator)
  await simulator.control.joinAgent(id, 'Noor')
  await simulator.control.sendAgentMessage(id, 'two')
  await expect(chat.bubble('two')).toBeVisible()
  await chat.composer.fill('half a thou')
  await chat.page.reload()
  await expect(chat.bubble('two')).toBeVisible()
  expect(await chat.texts()).toEqual(['one', 'two'])
  await expect(chat.composer).toHaveValue('half a thou')
  await chat.send('three')
  await expect(chat.bubble('three')).toHaveAttribute('data-state', 'sent')
  expect((await simulator.control.state()).conversations).toHaveLength(1)
})

test('two tabs show the same', async ({ chat, foyer, simulator }) => {
  await chat.send('from the first')
  await expect(chat.bubble('from the first')).toHaveAttribute('data-state', 'sent')
  const second = new ChatPage(await chat.page.context().newPage(), foyer.url)
  await second.open()
  await expect(second.bubble('from the first')).toBeVisible()
  await second.send('from the second')
  await simulator.control.joinAgent(await onlyConversation(simulator), 'Noor')
  await simulator.control.sendAgentMessage(await onlyConversation(simulator), 'to both')
  const all = ['from the first', 'from the second', 'to both']
  for (const tab of [chat, second]) {
    await expect(tab.bubble('to both')).toBeVisible()
    await expect.poll(() => tab.texts()).toEqual(all)
  }
})

test('two tabs that start at once have one session: what was accepted in either is in both', async ({
  chat,
  foyer,
  simulator,
}) => {
  const second = new ChatPage(await chat.page.context().newPage(), foyer.url)
  await second.open()
  // Both ask before either is answered: a second session would take the cookie from the first.
  await simulator.control.addFault({ name: 'latency', match: { operation: 'token' }, parameters: { latencyMs: 1_500 } })
  await Promise.all([chat.send('from the first'), second.send('from the second')])
  for (const tab of [chat, second]) {
    await expect(tab.bubble('from the first')).toHaveAttribute('data-state', 'sent')
    await expect(tab.bubble('from the second')).toHaveAttribute('data-state', 'sent')
  }
  expect(await simulator.control.requests({ operation: 'token' })).toHaveLength(1)
  expect((await simulator.control.state()).conversations).toHaveLength(1)
})

test('the same messageId 50 times at once is one message on the platform and one on the screen', async ({
  chat,
  simulator,
}) => {
  await chat.send('hello')
  await expect(chat.bubble('hello')).toHaveAttribute('data-state', 'sent')
  const statuses = await chat.page.evaluate(async () => {
    const headers = { 'X-CSRF': '1', 'Content-Type': 'application/json' }
    const { conversationId } = (await (await fetch('/api/session', { headers })).json()) as { conversationId: string }
    const body = JSON.stringify({ messageId: crypto.randomUUID(), text: 'only once' })
    const send = () => fetch(`/api/conversations/${conversationId}/messages`, { method: 'POST', headers, body })
    return (await Promise.all(Array.from({ length: 50 }, send))).map(({ status }) => status)
  })
  expect(statuses.filter((status) => status === 202)).toHaveLength(1)
  await expect(chat.bubble('only once')).toHaveAttribute('data-state', 'sent')
  expect(await chat.texts()).toEqual(['hello', 'only once'])
  const { entities } = await simulator.control.conversation(await onlyConversation(simulator))
  expect(entities.filter(({ text }) => text === 'only once')).toHaveLength(1)
})

test.describe('the BFF is killed and started again, three times, while both write', () => {
  test.setTimeout(90_000)

  test('the page recovers by itself; nothing is lost, nothing doubled', async ({ chat, foyer, simulator }) => {
    await chat.send('guest 0')
    await expect(chat.bubble('guest 0')).toHaveAttribute('data-state', 'sent')
    const id = await onlyConversation(simulator)
    await simulator.control.joinAgent(id, 'Noor')

    const said = ['guest 0']
    for (let round = 1; round <= 3; round++) {
      for (let turn = 0; turn < 4; turn++) {
        const text = `guest ${round}.${turn}`
        await chat.send(text)
        said.push(text)
        await simulator.control.sendAgentMessage(id, `agent ${round}.${turn}`)
        if (turn === 1) await foyer.kill()
      }
      await foyer.start()
    }

    const own = chat.page.locator('[data-message-id]').filter({ hasText: 'guest' })
    await expect.poll(() => own.count(), { timeout: 40_000 }).toBe(said.length)
    await expect(own.and(chat.page.locator('[data-state=sent]'))).toHaveCount(said.length, { timeout: 40_000 })
    await expect(chat.bubble('agent')).toHaveCount(12, { timeout: 40_000 })
    const texts = await chat.texts()
    expect(texts.filter((text) => text.startsWith('guest'))).toEqual(said)
    const { entities } = await simulator.control.conversation(id)
    const onPlatform = entities.flatMap(({ text, direction }) => (direction === 'inbound' && text ? [text] : []))
    expect(onPlatform).toEqual(said)
    await expect(chat.page.getByText('Reconnecting')).toBeHidden()
  })
})

test.describe('tokens of two seconds', () => {
  test.use({ platform: { guestTtlSeconds: 2 } })

  test('are renewed without the guest noticing', async ({ chat, simulator }) => {
    await chat.send('start')
    const id = await onlyConversation(simulator)
    await simulator.control.joinAgent(id, 'Noor')
    for (let round = 0; round < 6; round++) {
      await simulator.control.expireTokens()
      await chat.send(`guest ${round}`)
      await simulator.control.sendAgentMessage(id, `agent ${round}`)
      await expect(chat.bubble(`guest ${round}`)).toHaveAttribute('data-state', 'sent')
      await expect(chat.bubble(`agent ${round}`)).toBeVisible()
    }
    expect(await chat.texts()).toHaveLength(13)
    await expect(chat.page.locator('[data-state=failed]')).toHaveCount(0)
  })
})

test('offline: the guest is told, and what was written goes out when the line is back', async ({ chat }) => {
  await chat.send('before')
  await expect(chat.bubble('before')).toHaveAttribute('data-state', 'sent')
  await chat.page.context().setOffline(true)
  await chat.send('meanwhile')
  await expect(chat.bubble('meanwhile')).toHaveAttribute('data-state', 'pending')
  await expect(chat.page.getByText(/offline/i).first()).toBeVisible()
  await chat.page.context().setOffline(false)
  await expect(chat.bubble('meanwhile')).toHaveAttribute('data-state', 'sent', { timeout: 20_000 })
  expect(await chat.texts()).toEqual(['before', 'meanwhile'])
})
