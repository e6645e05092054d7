import { expect, onlyConversation, test } from './fixtures.ts'
import { listen } from './keyboard.ts'
import { DOT, WEB_MESSAGING } from './web-messaging.ts'

const picture = { name: 'hull.png', mimeType: 'image/png', buffer: DOT }
const notes = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('<script>alert(1)</script>') }

test.use({ environment: WEB_MESSAGING })

test('files go up with what is said, in order, and are there after a reload', async ({ page, chat, simulator }) => {
  await chat.send('Hello')
  const id = await onlyConversation(simulator)
  await page.getByLabel('Attach files').setInputFiles([picture, notes])
  const chosen = page.getByRole('list', { name: 'Files to send' })
  await expect(chosen.getByText('Ready to send')).toHaveCount(2)
  await chat.send('The scratch, and my notes')
  await expect(chosen).toBeHidden()
  await expect(chat.bubble('The scratch, and my notes')).toHaveAttribute('data-state', 'sent')
  await expect(chat.bubble('notes.txt')).toHaveAttribute('data-state', 'sent')

  const { entities } = await simulator.control.conversation(id)
  const files = entities.flatMap(({ content }) => content ?? [])
  expect(files).toMatchObject([
    { contentType: 'Attachment', attachment: { filename: 'hull.png', mime: 'image/png', fileSize: DOT.length } },
    { contentType: 'Attachment', attachment: { filename: 'notes.txt', mime: 'text/plain' } },
  ])

  await page.reload()
  const shown = page.getByRole('img', { name: 'hull.png' })
  await expect(shown).toBeVisible()
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1)
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download notes.txt' }).click()
  expect((await downloading).suggestedFilename()).toBe('notes.txt')
  expect(chat.complaints).toEqual([])
})

test('an agent’s file can be seen and downloaded', async ({ page, chat, simulator }) => {
  await chat.send('Hello')
  const id = await onlyConversation(simulator)
  await simulator.control.joinAgent(id, 'Ingrid')
  await simulator.control.sendAgentFile(id, { name: 'map.png', type: 'image/png', bytes: DOT })
  await expect(page.getByRole('img', { name: 'map.png' })).toBeVisible()
})

test('a file that was rejected says so, can be tried again and taken away; what is typed stays', async ({
  page,
  chat,
  simulator,
}) => {
  await chat.send('Hello')
  await onlyConversation(simulator)
  await expect(chat.bubble('Hello')).toHaveAttribute('data-state', 'sent')
  // It did not arrive whole: the next time it may.
  const fault = { name: 'upload-failure', parameters: { errorCode: 4010 }, times: 1 }
  await simulator.control.addFault({ ...fault, match: { operation: 'webmessaging.upload' } })
  await chat.composer.fill('Look at this')
  await page.getByLabel('Attach files').setInputFiles([picture])
  const chosen = page.getByRole('list', { name: 'Files to send' })
  await expect(chosen.getByText('This file was not accepted. Please try another one.')).toBeVisible()
  await page.getByRole('button', { name: 'Upload hull.png again' }).click()
  await expect(chosen.getByText('Ready to send')).toBeVisible()
  await page.getByRole('button', { name: 'Remove hull.png' }).press('Enter')
  await expect(chosen).toBeHidden()
  await expect(chat.composer).toBeFocused()
  await expect(chat.composer).toHaveValue('Look at this')
})

test('a file that is not what its type says is refused for good, in words, and cleared at once', async ({
  page,
  chat,
}) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await chat.send('Hello')
  await expect(chat.bubble('Hello')).toHaveAttribute('data-state', 'sent')
  const heard = await listen(page)
  const disguised = { ...picture, buffer: Buffer.from('%PDF-1.7\n%\u00e2\u00e3\n1 0 obj\n') }
  const files = ['one.png', 'two.png', 'three.png'].map((name) => ({ ...disguised, name }))
  await page.getByLabel('Attach files').setInputFiles(files)
  const refused = page.getByText('The content does not match the type of the file.')
  await expect(refused).toHaveCount(3)
  await expect(page.getByRole('button', { name: /^Upload .* again$/ })).toHaveCount(0)
  expect((await heard()).filter((text) => text.startsWith('one.png The content'))).toHaveLength(1)

  // Two lines of each, at most, at 360 px.
  const clear = page.getByRole('button', { name: 'Dismiss' })
  const box = await clear.locator('..').boundingBox()
  expect(box?.height).toBeLessThan(3 * 2 * 20 + 20)
  await chat.composer.fill('Then without')
  await chat.composer.press('Enter')
  await expect(chat.bubble('Then without')).toHaveAttribute('data-state', 'sent')
  await expect(refused).toHaveCount(3)
  await clear.press('Enter')
  await expect(refused).toHaveCount(0)
  await expect(chat.composer).toBeFocused()
})

test('a file on its way up shows how far it got, and can be stopped', async ({ page, chat, simulator }) => {
  await chat.send('Hello')
  await onlyConversation(simulator)
  await expect(chat.bubble('Hello')).toHaveAttribute('data-state', 'sent')
  const network = await page.context().newCDPSession(page)
  await network.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 500_000 },
  })
  const film = { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(9_000_000) }
  await page.getByLabel('Attach files').setInputFiles([film])
  const progress = page.getByRole('progressbar', { name: 'Uploading film.mp4' })
  await expect.poll(() => progress.evaluate(({ value }: HTMLProgressElement) => value)).toBeGreaterThan(0)
  await chat.composer.fill('Without it')
  await expect(chat.sendButton).toBeDisabled()
  await page.getByRole('button', { name: 'Remove film.mp4' }).click()
  await expect(progress).toBeHidden()
  await chat.composer.press('Enter')
  await expect(chat.bubble('Without it')).toHaveAttribute('data-state', 'sent')
  await expect(page.getByRole('button', { name: 'Download film.mp4' })).toBeHidden()
})

test.describe('where links to files expire at once', () => {
  test.use({
    platform: { deployments: [{ id: WEB_MESSAGING.FOYER_DEPLOYMENT_ID, downloadSeconds: 0.3 }] },
  })

  test('a file can be had by a fresh one', async ({ page, chat, simulator }) => {
    await chat.send('Hello')
    const id = await onlyConversation(simulator)
    await simulator.control.joinAgent(id, 'Ingrid')
    await simulator.control.sendAgentFile(id, { name: 'map.png', type: 'image/png', bytes: DOT })
    const shown = page.getByRole('img', { name: 'map.png' })
    await expect(shown).toBeVisible()
    await page.reload()
    await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1)
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download map.png' }).click()
    expect((await downloading).suggestedFilename()).toBe('map.png')
  })
})

test.describe('where the deployment has limits', () => {
  test.use({
    platform: { deployments: [{ id: WEB_MESSAGING.FOYER_DEPLOYMENT_ID, fileTypes: ['image/*'], maxFileSizeKB: 1 }] },
  })

  test('what they forbid does not go up, and the page says why', async ({ page, chat, simulator }) => {
    await chat.send('Hello')
    await onlyConversation(simulator)
    const large = { name: 'large.png', mimeType: 'image/png', buffer: Buffer.alloc(5_000) }
    const empty = { name: 'empty.png', mimeType: 'image/png', buffer: Buffer.alloc(0) }
    await expect(page.getByLabel('Attach files')).toHaveAttribute('accept', 'image/*')
    await page.getByLabel('Attach files').setInputFiles([notes, large, empty])
    await expect(page.getByText('notes.txt Files of this kind cannot be sent.')).toBeVisible()
    await expect(page.getByText(/^large\.png Files may have at most 1 kB/)).toBeVisible()
    await expect(page.getByText('empty.png This file is empty.')).toBeVisible()
    await expect(page.getByRole('list', { name: 'Files to send' })).toBeHidden()
    expect(await simulator.control.requests({ operation: 'webmessaging.onAttachment' })).toEqual([])
  })
})

test.describe('where the deployment takes no files', () => {
  test.use({ platform: { deployments: [{ id: WEB_MESSAGING.FOYER_DEPLOYMENT_ID, fileTypes: [] }] } })

  test('none are offered', async ({ page, chat, simulator }) => {
    await chat.send('Hello')
    await onlyConversation(simulator)
    await expect(chat.bubble('Hello')).toHaveAttribute('data-state', 'sent')
    await expect(page.getByLabel('Attach files')).toBeHidden()
  })
})
