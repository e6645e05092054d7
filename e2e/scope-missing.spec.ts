import { expect, test } from './fixtures.ts'

const client = { id: 'eb2243d8-1bf4-4401-a290-45bfbbe7c828', secret: 'example-secret-not-real' }
const read = 'messaging:conversation:read'
const write = 'messaging:conversation:write'
const send = 'messaging:guest:send'

test.describe('a scope that was not granted', () => {
  test.use({ platform: { clients: [{ ...client, allowedScopes: [read, write] }] } })

  test('refuses the start before anything can be sent, and says what to mend; the text is kept', async ({
    chat,
    simulator,
  }) => {
    await chat.composer.pressSequentially('I was about to ask')
    await expect(chat.page.getByRole('heading', { name: 'The chat cannot be started' })).toBeVisible()
    const main = chat.page.getByRole('main')
    for (const words of [write, send, 'OAuth client']) await expect(main.getByText(words).first()).toBeVisible()
    await expect(chat.composer).toHaveValue('I was about to ask')
    expect((await simulator.control.requests()).filter(({ operation }) => operation !== 'token')).toEqual([])

    await simulator.control.changeOptions({ clients: [{ ...client, allowedScopes: [read, write, send] }] })
    await chat.page.getByRole('button', { name: 'Try again' }).click()
    await expect(chat.page.getByRole('heading', { name: 'The chat cannot be started' })).toBeHidden()
    await expect(chat.composer).toHaveValue('I was about to ask')
    await chat.composer.press('Enter')
    await expect(chat.bubble('I was about to ask')).toHaveAttribute('data-state', 'sent')
  })

  test.describe('in production', () => {
    test.use({ environment: { FOYER_INSPECTOR: 'off' } })
    test('is told to the guest in a plain sentence only', async ({ chat }) => {
      await chat.composer.click()
      await expect(chat.page.getByRole('heading', { name: 'The chat cannot be started' })).toBeVisible()
      await expect(chat.page.getByText('messaging:')).toHaveCount(0)
    })
  })
})

test.describe('a scope revoked later', () => {
  test.use({ platform: { guestIdentity: 'hint' } })

  test('fails the message with the same diagnosis, once; the guest can retry when it is mended', async ({
    chat,
    simulator,
  }) => {
    await chat.send('fine so far')
    await expect(chat.bubble('fine so far')).toHaveAttribute('data-state', 'sent')
    await simulator.control.revokeScopes([send])
    await simulator.control.changeOptions({ clients: [{ ...client, allowedScopes: [read, write] }] })
    await chat.send('not any more')
    await expect(chat.bubble('not any more')).toHaveAttribute('data-state', 'failed')
    await expect(chat.log.getByText(send).first()).toBeVisible()
    const tried = (await simulator.control.requests({ operation: 'send-message' })).filter(
      ({ status }) => status === 403,
    )
    expect(tried.length).toBeLessThanOrEqual(1) // none where typing was refused before, and the grant looked at anew

    await simulator.control.changeOptions({ clients: [{ ...client, allowedScopes: [read, write, send] }] })
    await simulator.control.expireTokens()
    await chat.page.getByRole('button', { name: 'Retry' }).click()
    await expect(chat.bubble('not any more')).toHaveAttribute('data-state', 'sent')
    expect(await chat.texts()).toEqual(['fine so far', 'not any more'])
  })
})
