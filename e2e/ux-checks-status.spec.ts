import { meetAgent } from './conversation-stage.ts'
import { expect, test } from './fixtures.ts'
import { listen } from './keyboard.ts'
import { WEB_MESSAGING } from './web-messaging.ts'

/* Checks of what is told besides messages, and of what is interrupted, numbered as the list they come from (ux.md §5b). */

test.describe.configure({ timeout: 120_000 })
test.use({ contextOptions: { reducedMotion: 'reduce' }, environment: WEB_MESSAGING })

const film = { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(3_000_000) }

/** So slow that three megabytes take about 20 s. */
async function slowUploads(page: Parameters<typeof listen>[0]) {
  const network = await page.context().newCDPSession(page)
  const conditions = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 150_000 }
  await network.send('Network.emulateNetworkConditions', conditions)
}

test('27. how far an upload is can be heard, now and then', async ({ page, chat, simulator }) => {
  await meetAgent(chat, simulator)
  const heard = await listen(page)
  await slowUploads(page)
  await page.getByLabel('Attach files').setInputFiles([film])
  const progress = page.getByRole('progressbar', { name: 'Uploading film.mp4' })
  const seen = new Set<number>()
  await expect(async () => {
    seen.add(await progress.evaluate(({ value }: HTMLProgressElement) => value))
    expect((await heard()).filter((text) => text.startsWith('film.mp4'))).toHaveLength(2)
  }).toPass({ timeout: 40_000, intervals: [100] })
  expect(seen.size, 'drawn far more often than said').toBeGreaterThan(8)
  expect((await heard()).filter((text) => text.startsWith('film.mp4'))).toEqual([
    expect.stringMatching(/^film\.mp4 \d+%$/),
    expect.stringMatching(/^film\.mp4 \d+%$/),
  ])
})

test('27. offline, copied and rated are said, each once', async ({ page, chat, simulator }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.route('**/api/forms*', (route) =>
    route.fulfill({ json: { rating: { title: 'How was it?', worst: 'poor', best: 'great' } } }),
  )
  await page.route('**/rating', (route) => route.fulfill({ status: 204 }))
  await page.reload()
  await meetAgent(chat, simulator)
  const heard = await listen(page)
  await page.context().setOffline(true)
  await expect.poll(heard).toContainEqual(expect.stringMatching(/^You are offline/))
  await page.context().setOffline(false)
  await expect(page.getByText('You are offline')).toBeHidden()

  await page.getByRole('button', { name: 'More options' }).press('Enter')
  await page.getByRole('button', { name: 'Copy transcript' }).press('Enter')
  await expect.poll(heard).toContain('The transcript is on the clipboard.')
  await page.keyboard.press('Escape')

  const parameters = { code: 4011, message: 'Not today' }
  await simulator.control.addFault({ name: 'frame-refused', parameters, match: { action: ['onMessage'] } })
  await chat.send('refused')
  await expect.poll(heard).toContainEqual(expect.stringMatching(/^Not sent\. \w/))
  await page.getByRole('button', { name: 'Copy text' }).press('Enter')
  await expect.poll(heard).toContain('Copied')

  await page.getByRole('button', { name: 'End chat' }).press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'End chat' }).press('Enter')
  await expect(page.getByRole('dialog')).toBeHidden() // The stream may tell of the end before the answer does.
  await page.getByRole('button', { name: '5 of 5, great' }).press('Enter')
  await expect.poll(heard).toContain('Thank you for your rating.')
  for (const text of ['You are offline', 'The transcript is', 'Not sent.', 'Thank you']) {
    expect(
      (await heard()).filter((one) => one.startsWith(text)),
      text,
    ).toHaveLength(1)
  }
})

test('27. a server that stands still is said to take long, once, until it goes on; nothing is lost', async ({
  page,
  chat,
  foyer,
}) => {
  await chat.send('Hello')
  await expect(chat.bubble('Hello')).toHaveAttribute('data-state', 'sent')
  const heard = await listen(page)
  const hint = page.getByText('This is taking longer than usual')
  foyer.signal('SIGSTOP')
  const stoppedAtMs = performance.now()
  try {
    await chat.send('Are you there?')
    await expect(hint).toBeVisible({ timeout: 8_000 })
    // Not that soon: what is answered in a moment is not worth a word.
    expect(performance.now() - stoppedAtMs).toBeGreaterThan(4_900)
    await expect(chat.composer).toBeEditable()
  } finally {
    foyer.signal('SIGCONT')
  }
  await expect(chat.bubble('Are you there?')).toHaveAttribute('data-state', 'sent')
  await expect(hint).toBeHidden()
  expect((await heard()).filter((text) => text.startsWith('This is taking'))).toHaveLength(1)
  expect(await chat.texts()).toEqual(['Hello', 'Are you there?'])
})

test('34. a reload during an upload says so, and what to do', async ({ page, chat, simulator }) => {
  await meetAgent(chat, simulator)
  await slowUploads(page)
  await page.getByLabel('Attach files').setInputFiles([film])
  const progress = page.getByRole('progressbar', { name: 'Uploading film.mp4' })
  await expect.poll(() => progress.evaluate(({ value }: HTMLProgressElement) => value)).toBeGreaterThan(0)
  await chat.composer.fill('Look at this')
  await page.reload()
  const lost = page
    .getByRole('status')
    .filter({ hasText: 'Uploading was interrupted: film.mp4. Please attach it again.' })
  await expect(lost).toBeVisible()
  await expect(chat.composer).toHaveValue('Look at this')
  await page.getByLabel('Attach files').setInputFiles([{ ...film, buffer: Buffer.alloc(10) }])
  await expect(lost).toBeHidden()
  await expect(page.getByText('Ready to send')).toBeVisible()
})
