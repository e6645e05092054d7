import { expect, onlyConversation, test } from './fixtures.ts'
import { DOT, WEB_MESSAGING } from './web-messaging.ts'

const slot = '2026-12-01T13:30:00.000Z'
const quickReplies = [
  { contentType: 'QuickReply', quickReply: { text: 'An order', payload: 'order', action: 'Message' } },
  { contentType: 'QuickReply', quickReply: { text: 'Opening hours', payload: 'hours', action: 'Message' } },
]
const card = (title: string) => ({
  title,
  description: 'Sea-going, with a spray deck',
  actions: [
    { type: 'Link', text: 'See it', url: 'https://harborlane.example/boats' },
    { type: 'Postback', text: `Book the ${title}`, payload: `book:${title}` },
  ],
})
const carousel = [{ contentType: 'Carousel', carousel: { cards: [card('Blue kayak'), card('Red canoe')] } }]
const listPicker = [
  {
    contentType: 'ListPicker',
    listPicker: {
      receivedMessage: { title: 'What shall we bring?', buttonLabel: 'Choose' },
      replyMessage: { title: 'Gear' },
      sections: [
        {
          title: 'Gear',
          multipleSelection: true,
          items: [
            { id: 'itm-1', title: 'Paddle', subtitle: 'Carbon' },
            { id: 'itm-2', title: 'Vest' },
            { id: 'itm-3', title: 'Spray deck' },
          ],
        },
      ],
    },
  },
]
const datePicker = [
  { contentType: 'DatePicker', datePicker: { title: 'When?', availableTimes: [{ dateTime: slot, duration: 3600 }] } },
]
const form = [
  {
    contentType: 'Form',
    form: {
      cannedResponseId: 'rental',
      introduction: { title: 'Rental form', subtitle: 'Two questions', buttonText: 'Start the form' },
      formPages: [
        {
          title: 'You',
          subtitle: 'Your name',
          pageComponents: [{ formComponentType: 'Input', input: { id: 'fld-name', title: 'Name', isRequired: true } }],
        },
        {
          title: 'Boat',
          subtitle: 'Which one',
          pageComponents: [
            {
              formComponentType: 'WheelPicker',
              wheelPicker: { id: 'fld-boat', title: 'Boat', items: [{ id: 'w-1', title: 'Kayak', value: 'kayak' }] },
            },
          ],
        },
      ],
      replyMessage: { title: 'Form sent' },
      showSummary: true,
    },
  },
]
const unknown = [{ contentType: 'Location', location: { text: 'A map of Pier 3' } }]

test.use({ environment: WEB_MESSAGING })

test('what is offered can be read, chosen with the keyboard, and stays chosen after a reload', async ({
  page,
  chat,
  simulator,
}) => {
  const { control } = simulator
  await chat.send('Hello')
  const id = await onlyConversation(simulator)
  await control.joinAgent(id, 'Ingrid')
  await control.sendAgentContent(id, quickReplies, 'What is it about?')
  for (const content of [carousel, listPicker, datePicker, unknown]) await control.sendAgentContent(id, content)

  const first = page.getByRole('button', { name: 'An order' })
  await first.focus()
  await page.keyboard.press('Enter')
  const offered = chat.bubble('What is it about?').getByRole('listitem')
  const taken = ['An order, chosen', 'Opening hours']
  await expect(offered).toHaveText(taken)
  await expect(page.getByRole('button', { name: 'Opening hours' })).toBeHidden()
  await expect(chat.composer).toBeFocused()
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
  await sendChoice.focus()
  await page.keyboard.press('Enter')
  await expect(sendChoice).toBeHidden()
  await expect(chat.bubble('What shall we bring?')).toBeFocused()

  const answers = async () => {
    const { entities } = await control.conversation(id)
    return entities.flatMap(({ direction, content }) => (direction === 'inbound' ? (content ?? []) : []))
  }
  await expect.poll(async () => (await answers()).length).toBe(4)
  expect(await answers()).toMatchObject([
    { buttonResponse: { type: 'QuickReply', text: 'An order', payload: 'order' } },
    { buttonResponse: { type: 'Button', payload: 'book:Red canoe' } },
    { buttonResponse: { type: 'ListPicker', text: 'Paddle', payload: 'itm-1' } },
    { buttonResponse: { type: 'ListPicker', text: 'Spray deck', payload: 'itm-3' } },
  ])

  const other = await page.context().newPage()
  await other.goto(page.url())
  await expect(other.getByText('An order, chosen')).toBeVisible()
  await expect(other.getByLabel('Paddle')).toBeChecked()
  await other.close()

  await page.reload()
  await expect(booked).toHaveAttribute('aria-pressed', 'true')
  await expect(offered).toHaveText(taken)
  await expect(first).toBeHidden()
  await expect(picker.getByLabel('Spray deck')).toBeChecked()
  await expect(picker.getByLabel('Vest')).not.toBeChecked()
  await expect(page.getByRole('link', { name: 'See it' }).first()).toHaveAttribute('rel', /noopener/)
  expect(chat.complaints).toEqual([])
})

test('a choice that no message can carry is said before it is sent', async ({ page, chat, simulator }) => {
  const { control } = simulator
  await chat.send('Hello')
  const id = await onlyConversation(simulator)
  await control.joinAgent(id, 'Ingrid')
  const items = ['ä', 'ö', 'ü'].map((letter) => ({ id: letter, title: letter.repeat(900) }))
  const sections = [{ title: 'Gear', multipleSelection: true, items }]
  const received = { title: 'What shall we bring?', buttonLabel: 'Choose' }
  await control.sendAgentContent(id, [
    { contentType: 'ListPicker', listPicker: { receivedMessage: received, replyMessage: { title: 'Gear' }, sections } },
  ])
  for (const letter of ['ä', 'ö', 'ü']) await page.getByLabel(letter.repeat(900)).check()
  const sendChoice = page.getByRole('button', { name: 'Send choice' })
  await expect(page.getByText('Please choose fewer.')).toBeVisible()
  await expect(sendChoice).toBeDisabled()
  await page.getByLabel('ü'.repeat(900)).uncheck()
  await sendChoice.click()
  await expect(chat.bubbles.filter({ hasText: /^ä+, ö+$/ })).toHaveAttribute('data-state', 'sent')
})

test('a form is filled in page by page, and shows what was answered', async ({ page, chat, simulator }) => {
  const { control } = simulator
  await chat.send('Hello')
  const id = await onlyConversation(simulator)
  await control.joinAgent(id, 'Ingrid')
  await control.sendAgentContent(id, form)

  const start = page.getByRole('button', { name: 'Start the form' })
  await start.click()
  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByText('Please answer this.')).toBeVisible()
  const name = page.getByRole('textbox', { name: 'Name' })
  await expect(name).toBeFocused()
  await name.fill('Maren Dahl')
  await page.reload()
  await expect(name).toHaveValue('Maren Dahl')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Keep filling in' }).click()
  await name.press('Enter')
  await page.getByLabel('Kayak').check()
  await page.getByRole('button', { name: 'Next' }).click()
  await expect(page.getByRole('definition').filter({ hasText: 'Maren Dahl' })).toBeVisible()
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await expect(chat.bubbles.filter({ hasText: /^Form sent$/ })).toHaveAttribute('data-state', 'sent')

  const { entities } = await control.conversation(id)
  const sent = entities.findLast(({ direction }) => direction === 'inbound')
  expect(sent?.content).toMatchObject([
    {
      contentType: 'Form',
      form: {
        cannedResponseId: 'rental',
        response: [
          {
            id: 'fld-name',
            component: { buttonResponse: { type: 'Form', text: 'Maren Dahl', payload: 'Maren Dahl' } },
          },
          { id: 'fld-boat', component: { buttonResponse: { type: 'Form', text: 'Kayak', payload: 'kayak' } } },
        ],
      },
    },
  ])
  await page.reload()
  await expect(page.getByRole('definition').filter({ hasText: 'Kayak' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start the form' })).toBeHidden()
  expect(chat.complaints).toEqual([])
})

test('a form that is given up forgets its answers, and can be begun anew', async ({ page, chat, simulator }) => {
  const { control } = simulator
  await chat.send('Hello')
  const id = await onlyConversation(simulator)
  await control.joinAgent(id, 'Ingrid')
  await control.sendAgentContent(id, form)
  const start = page.getByRole('button', { name: 'Start the form' })
  await start.click()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(start).toBeVisible()
  await start.click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Maren Dahl')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Discard answers' }).click()
  await start.click()
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveValue('')
})

test('times are offered by day, and only some days at first', async ({ page, chat, simulator }) => {
  const { control } = simulator
  await chat.send('Hello')
  const id = await onlyConversation(simulator)
  await control.joinAgent(id, 'Ingrid')
  const availableTimes = [5, 3, 1, 2, 4].map((day) => ({ dateTime: `2027-01-0${day}T12:00:00.000Z`, duration: 3600 }))
  await control.sendAgentContent(id, [{ contentType: 'DatePicker', datePicker: { title: 'When?', availableTimes } }])
  const days = chat.bubble('When?').getByRole('list')
  await expect(days).toHaveCount(3)
  await page.getByRole('button', { name: 'Show more days' }).press('Enter')
  await expect(days).toHaveCount(5)
  await expect(days.nth(3).getByRole('button')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(days).toHaveCount(1)
  await expect(days.getByRole('button')).toHaveAttribute('aria-pressed', 'true')
  await expect(chat.bubbles.filter({ hasText: /^January 4, 2027/ })).toHaveAttribute('data-state', 'sent')
})

test('pictures of cards come through Foyer, from hosts on the list alone', async ({ page, chat, simulator }) => {
  const { control } = simulator
  await chat.send('Hello')
  const id = await onlyConversation(simulator)
  await control.joinAgent(id, 'Ingrid')
  await control.sendAgentFile(id, { name: 'kayak.png', type: 'image/png', bytes: DOT })
  const { entities } = await control.conversation(id)
  const [file] = entities.flatMap(({ content }) => content ?? []) as unknown as [{ attachment: { url: string } }]
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  const pictured = (title: string, image: string) => ({ contentType: 'Card', card: { ...card(title), image } })
  await control.sendAgentContent(id, [pictured('Blue kayak', file.attachment.url)])
  await control.sendAgentContent(id, [pictured('Red canoe', 'https://elsewhere.example/canoe.png')])

  const shown = chat.bubble('Book the Blue kayak').locator('img')
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1)
  await expect(chat.bubble('Book the Red canoe').locator('.picture')).toBeHidden()
  expect(asked.filter((url) => !url.startsWith('blob:') && new URL(url).origin !== new URL(page.url()).origin)).toEqual(
    [],
  )
  expect(chat.complaints).toEqual([])
})

test('where no times are named, any between the bounds can be picked', async ({ page, chat, simulator }) => {
  const { control } = simulator
  await chat.send('Hello')
  const id = await onlyConversation(simulator)
  await control.joinAgent(id, 'Noor')
  const [dateMinimum, dateMaximum] = ['2026-12-01T08:00:00.000Z', '2026-12-05T17:00:00.000Z']
  await control.sendAgentContent(id, [
    { contentType: 'DatePicker', datePicker: { title: 'Any time?', dateMinimum, dateMaximum } },
  ])
  const time = page.getByLabel('Any time?')
  const send = page.getByRole('button', { name: 'Send choice' })
  await time.fill('2026-12-20T12:00')
  await expect(send).toBeDisabled()
  await time.fill('2026-12-03T12:00')
  await send.click()
  await expect(time).toBeHidden()
  const picked = await page.evaluate(() => new Date('2026-12-03T12:00').toISOString())
  await expect
    .poll(async () => (await control.conversation(id)).entities.flatMap(({ content }) => content ?? []))
    .toContainEqual(
      expect.objectContaining({
        buttonResponse: expect.objectContaining({ type: 'DatePicker', payload: picked }) as object,
      }),
    )
})
