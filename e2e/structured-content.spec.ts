import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'

const slot = '2026-12-01T13:30:00.000Z'
const offered = [
  {
    type: 'quick-replies',
    title: 'What is it about?',
    replies: [
      { text: 'An order', payload: 'order' },
      { text: 'Opening hours', payload: 'hours' },
    ],
  },
  {
    type: 'carousel',
    cards: ['Blue kayak', 'Red canoe'].map((title) => ({
      title,
      description: 'Sea-going, with a spray deck',
      actions: [
        { type: 'link', text: 'See it', url: 'https://harborlane.example/boats' },
        { type: 'choice', text: `Book the ${title}`, payload: `book:${title}` },
      ],
    })),
  },
  {
    type: 'list-picker',
    title: 'What shall we bring?',
    sections: [
      {
        title: 'Gear',
        multiple: true,
        items: [
          { id: 'itm-1', title: 'Paddle', subtitle: 'Carbon' },
          { id: 'itm-2', title: 'Vest' },
          { id: 'itm-3', title: 'Spray deck' },
        ],
      },
    ],
  },
  { type: 'date-picker', title: 'When?', times: [{ at: slot, durationSeconds: 3600 }] },
  { type: 'unknown', fallback: 'A map of Pier 3' },
]

/** As if the platform had said these before the page asked for the history: each part a message of its own. */
async function say(page: Page, parts: readonly object[]) {
  await page.route(/\/api\/conversations\/[^/]+\/messages\?/, async (route) => {
    const response = await route.fetch()
    const history = (await response.json()) as { events: unknown[] }
    const from = { participantId: 'bot:Skipper', role: 'bot', name: 'Skipper' }
    const events = parts.map((part, at) => ({
      ...{ type: 'message', seq: 1, at: '2026-11-20T10:00:00.000Z', messageId: `offered-${at}` },
      ...{ from, parts: [part], state: 'sent' },
    }))
    await route.fulfill({ response, json: { ...history, events: [...events, ...history.events] } })
  })
}

test('what is offered can be read, chosen with the keyboard, and stays chosen after a reload', async ({
  page,
  chat,
  simulator,
}) => {
  await say(page, offered)
  await chat.send('Hello')
  const first = page.getByRole('button', { name: 'An order' })
  await first.focus()
  await page.keyboard.press('Enter')
  await expect(first).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByRole('button', { name: 'Opening hours' })).toHaveAttribute('aria-disabled', 'true')
  await expect(chat.bubble('A map of Pier 3')).toBeVisible()

  const booked = page.getByRole('button', { name: 'Book the Red canoe' })
  await booked.click()
  await expect(booked).toHaveAttribute('aria-pressed', 'true')
  await expect(chat.bubbles.filter({ hasText: /^Book the Red canoe$/ })).toHaveAttribute('data-state', 'sent')

  const picker = page.getByRole('group', { name: 'Gear' })
  const sendChoice = page.getByRole('button', { name: 'Send choice' })
  await expect(sendChoice).toBeDisabled()
  await picker.getByLabel('Paddle').focus()
  await page.keyboard.press('Space')
  await picker.getByLabel('Spray deck').check()
  await sendChoice.click()
  await expect(sendChoice).toBeHidden()

  const { conversations } = await simulator.control.state()
  const [conversation] = conversations
  await expect
    .poll(async () => JSON.stringify(await simulator.control.conversation(conversation?.id ?? '')))
    .toContain('Paddle, Spray deck')

  await page.reload()
  await expect(booked).toHaveAttribute('aria-pressed', 'true')
  await expect(first).toHaveAttribute('aria-pressed', 'true')
  await expect(picker.getByLabel('Spray deck')).toBeChecked()
  await expect(picker.getByLabel('Vest')).not.toBeChecked()
  await expect(page.getByRole('link', { name: 'See it' }).first()).toHaveAttribute('rel', /noopener/)
  expect(chat.complaints).toEqual([])
})
