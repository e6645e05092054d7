import { startLine, type Line } from '@foyer/simulator/control/line'
import { expect, onlyConversation, test as base } from './fixtures.ts'

/** How long the platform says nothing. A minute (SILENCE_SECONDS=60) has the stream given up, too. */
const SILENCE_MS = Number(process.env['SILENCE_SECONDS'] ?? 20) * 1_000

/** The platform at the end of a line that can go dead without breaking. */
const test = base.extend<{ line: Line }>({
  line: async ({ simulator }, use) => {
    const line = await startLine(simulator.url)
    await use(line)
    await line.close()
  },
  environment: async ({ line }, use) => use({ FOYER_PLATFORM_URL: line.url }),
})
test.setTimeout(SILENCE_MS + 90_000)

test('a platform that answers nothing: the guest is told and goes on writing; nothing is lost, all arrives after', async ({
  chat,
  line,
  simulator,
}) => {
  await chat.send('before')
  await expect(chat.bubble('before')).toHaveAttribute('data-state', 'sent')
  const id = await onlyConversation(simulator)
  await simulator.control.joinAgent(id, 'Noor')
  const banner = chat.page.getByText(/^(Reconnecting|We cannot reach)/)

  line.hold()
  const untilMs = performance.now() + SILENCE_MS
  const asked = ['before']
  const answered: string[] = []
  for (let round = 0; round < 6; round++) {
    const text = `guest ${round}`
    await chat.send(text)
    asked.push(text)
    await expect(chat.bubble(text)).toHaveAttribute('data-state', 'pending')
    await expect(chat.composer).toBeEditable()
    const answer = `agent ${round}`
    await simulator.control.sendAgentMessage(id, answer)
    answered.push(answer)
  }
  await expect(banner).toBeVisible({ timeout: 15_000 })
  await chat.composer.fill('half a thou')
  // The silence itself: the banner has to outlast it.
  await expect
    .poll(
      async () => {
        expect(await banner.isVisible()).toBe(true)
        return performance.now()
      },
      { timeout: SILENCE_MS + 5_000, intervals: [250] },
    )
    .toBeGreaterThan(untilMs)
  await expect(chat.composer).toHaveValue('half a thou')
  await expect(chat.page.locator('[data-state=failed]')).toHaveCount(0)

  line.release()
  const releasedMs = performance.now()
  await expect(chat.page.locator('[data-state=sent]').filter({ hasText: 'guest' })).toHaveCount(6, { timeout: 40_000 })
  await expect(chat.bubble('agent')).toHaveCount(6, { timeout: 40_000 })
  await expect(banner).toBeHidden({ timeout: 40_000 })
  base.info().annotations.push({
    type: 'recovery',
    description: `${Math.round(performance.now() - releasedMs)} ms after ${SILENCE_MS} ms`,
  })

  const texts = await chat.texts()
  expect(texts.filter((text) => !text.startsWith('agent'))).toEqual(asked)
  expect(texts.filter((text) => text.startsWith('agent'))).toEqual(answered)
  const { entities } = await simulator.control.conversation(id)
  const upstream = entities.flatMap(({ text, direction }) => (direction === 'inbound' && text ? [text] : []))
  expect(upstream).toEqual(asked)
  expect(chat.complaints).toEqual([])
})
