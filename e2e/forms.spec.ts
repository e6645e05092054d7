import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, onlyConversation, test } from './fixtures.ts'

const forms = (skippable: boolean) => ({
  preChat: {
    title: { en: 'Before we start', de: 'Bevor es losgeht' },
    skippable,
    questions: [
      { kind: 'text', id: 'name', label: 'Your name', required: true },
      { kind: 'email', id: 'email', label: 'E-mail' },
      { kind: 'choice', id: 'topic', label: 'Topic', options: [{ value: 'order', label: 'My order' }] },
      { kind: 'consent', id: 'terms', label: 'I agree', required: true },
    ],
  },
  rating: { title: 'How was this chat?', worst: 'poor', best: 'great' },
})

function environment(skippable: boolean): Record<string, string> {
  const file = join(tmpdir(), `foyer-forms-${skippable}-${process.pid}.json`)
  writeFileSync(file, JSON.stringify(forms(skippable)))
  return { FOYER_FORMS: file }
}

test.describe('a form that must be answered', () => {
  test.use({ environment: environment(false), locale: 'en-GB' })

  test('is checked, answered by keyboard, and told to the platform; what was written follows', async ({
    chat,
    simulator,
  }) => {
    const { page } = chat
    await chat.composer.fill('Where is my order?')
    await expect(page.getByRole('heading', { name: 'Before we start' })).toBeVisible()
    await expect(chat.composer).toBeFocused()
    await expect(chat.sendButton).toBeDisabled()
    await expect(page.getByRole('button', { name: 'Skip' })).toBeHidden()
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([])
    expect((await simulator.control.state()).conversations).toEqual([])

    const name = page.getByRole('textbox', { name: 'Your name' })
    await expect(name).toHaveAttribute('autocomplete', 'name')
    await expect(page.getByRole('textbox', { name: 'E-mail' })).toHaveAttribute('autocomplete', 'email')
    await name.focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'Before we start' })).toBeVisible()
    await page.keyboard.type('Rosa')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.getByRole('combobox', { name: 'Topic' }).selectOption('order')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')

    await expect(chat.composer).toBeFocused()
    await expect(chat.composer).toHaveValue('Where is my order?')
    await chat.composer.press('Enter')
    await expect(chat.bubble('Where is my order?')).toHaveAttribute('data-state', 'sent')
    const conversation = JSON.stringify(await simulator.control.conversation(await onlyConversation(simulator)))
    expect(conversation).toContain('Rosa')
    expect(conversation).toContain('"topic":"order"')
    expect(conversation).toContain('"terms":"yes"')

    await page.reload()
    await expect(chat.bubble('Where is my order?')).toBeVisible()
    await expect(page.getByRole('heading', { name: 'Before we start' })).toBeHidden()
  })
})

test.describe('a form that may be skipped', () => {
  test.use({ environment: environment(true) })

  test.describe('in German', () => {
    test.use({ locale: 'de-DE' })

    test('speaks the language of the guest, and is passed over', async ({ chat, simulator }) => {
      const composer = chat.page.getByRole('textbox', { name: 'Nachricht' })
      await composer.click()
      await expect(chat.page.getByRole('heading', { name: 'Bevor es losgeht' })).toBeVisible()
      await chat.page.getByRole('button', { name: 'Überspringen' }).click()
      await composer.fill('hello')
      await composer.press('Enter')
      await expect(chat.bubble('hello')).toHaveAttribute('data-state', 'sent')
      expect((await simulator.control.state()).conversations).toHaveLength(1)
    })
  })

  test('once it has ended the chat is rated, once', async ({ chat, foyer }) => {
    const { page } = chat
    await chat.composer.click()
    await page.getByRole('button', { name: 'Skip' }).click()
    await chat.send('hello')
    await expect(chat.bubble('hello')).toHaveAttribute('data-state', 'sent')
    await page.getByRole('button', { name: 'End chat' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'End chat' }).click()
    const rating = page.getByRole('group', { name: 'How was this chat?' })
    await expect(rating).toBeVisible()
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([])
    await rating.getByRole('button', { name: '5 of 5, great' }).press('Enter')
    await expect(page.getByRole('status').filter({ hasText: 'Thank you for your rating.' })).toBeVisible()
    await expect(rating).toBeHidden()
    expect(foyer.output).toMatch(/"event":"conversation-rated".*"score":5/)
    await page.reload()
    await expect(page.getByRole('button', { name: 'Start a new chat' })).toBeVisible()
    await expect(rating).toBeHidden()
  })
})
