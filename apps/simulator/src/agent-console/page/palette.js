/** A sample of everything Web Messaging can carry to a guest (web-messaging.md §7.1), to be sent as it is or changed first. */

const DAY_MS = 24 * 60 * 60 * 1000
const SLOT_SECONDS = 45 * 60

const picture = (name) => new URL(`/agent/${name}.png`, location.href).href
const dayFromNow = (days) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)
const slot = (days, time) => ({ dateTime: `${dayFromNow(days)}T${time}:00.000Z`, duration: SLOT_SECONDS })

const kayak = () => ({
  title: 'Blue kayak',
  description: '4.2 m, 19 kg',
  image: picture('kayak'),
  defaultAction: { type: 'Link', text: 'Open', url: 'https://example.com/kayak' },
  actions: [
    { type: 'Link', text: 'Details', url: 'https://example.com/kayak' },
    { type: 'Postback', text: 'Book a test paddle', payload: 'book:kayak-blue' },
  ],
})
const canoe = () => ({
  title: 'Red canoe',
  description: '4.9 m, 31 kg',
  image: picture('canoe'),
  actions: [{ type: 'Postback', text: 'Book a test paddle', payload: 'book:canoe-red' }],
})

export const palette = [
  {
    title: 'Quick replies',
    text: 'What would you like to do?',
    content: () => [
      { contentType: 'QuickReply', quickReply: { text: 'Track an order', payload: 'track_order', action: 'Message' } },
      { contentType: 'QuickReply', quickReply: { text: 'Opening hours', payload: 'hours', action: 'Message' } },
      { contentType: 'QuickReply', quickReply: { text: 'Talk to a person', payload: 'agent', action: 'Message' } },
    ],
  },
  {
    title: 'Quick replies, newer form',
    content: () => [
      {
        contentType: 'QuickReplyV2',
        quickReplyV2: {
          title: 'Pick a size',
          actions: [
            { text: 'Small', payload: 'size_s' },
            { text: 'Large', payload: 'size_l' },
          ],
        },
      },
    ],
  },
  { title: 'Card', text: 'This one fits', content: () => [{ contentType: 'Card', card: kayak() }] },
  { title: 'Carousel', content: () => [{ contentType: 'Carousel', carousel: { cards: [kayak(), canoe()] } }] },
  {
    title: 'Date picker',
    content: () => [
      {
        contentType: 'DatePicker',
        datePicker: {
          title: 'Choose a slot',
          subtitle: 'Test paddle, 45 minutes',
          imageUrl: picture('kayak'),
          dateMinimum: dayFromNow(1),
          dateMaximum: dayFromNow(5),
          dateDisplayFormat: 'dayMonthYear',
          availableTimes: [slot(1, '09:00'), slot(1, '13:30'), slot(2, '09:00')],
        },
      },
    ],
  },
  {
    title: 'List picker',
    content: () => [
      {
        contentType: 'ListPicker',
        listPicker: {
          id: 'gear',
          receivedMessage: { title: 'Add gear', subtitle: 'Choose any', buttonLabel: 'Choose' },
          replyMessage: { title: 'Gear', subtitle: 'Thanks, noted' },
          sections: [
            {
              title: 'Accessories',
              multipleSelection: true,
              items: [
                { id: 'paddle', title: 'Paddle', subtitle: '220 cm' },
                { id: 'dry-bag', title: 'Dry bag' },
                { id: 'spray-deck', title: 'Spray deck' },
              ],
            },
          ],
        },
      },
    ],
  },
  { title: 'Form of several pages', content: () => [{ contentType: 'Form', form: rentalForm() }] },
  {
    title: 'Menu of an older bot',
    text: 'Choose one',
    content: () => [
      { contentType: 'ButtonResponse', buttonResponse: { type: 'QuickReply', text: 'Yes', payload: 'yes' } },
      { contentType: 'ButtonResponse', buttonResponse: { type: 'QuickReply', text: 'No', payload: 'no' } },
    ],
  },
  {
    title: 'Older template',
    content: () => [
      {
        contentType: 'GenericTemplate',
        generic: {
          title: 'Old style card',
          description: 'Deprecated',
          components: [{ title: 'Open', actions: { url: 'https://example.com' } }],
        },
      },
    ],
  },
  {
    title: 'Content nobody knows',
    text: 'See the map',
    content: () => [{ contentType: 'Location', location: { latitude: 69.65, longitude: 18.96, text: 'Pier 3' } }],
  },
]

const rentalForm = () => ({
  cannedResponseId: crypto.randomUUID(),
  introduction: { title: 'Rental form', subtitle: 'Three pages', buttonText: 'Start' },
  receivedMessage: { title: 'Please fill in the rental form' },
  replyMessage: { title: 'Form sent' },
  showSummary: true,
  formPages: [
    {
      title: 'You',
      subtitle: 'Your name',
      pageComponents: [
        {
          formComponentType: 'Input',
          input: { id: 'name', title: 'Name', isRequired: true, isMultipleLine: false, keyboardType: 'Default' },
        },
      ],
    },
    {
      title: 'Boat',
      subtitle: 'Which one',
      pageComponents: [
        {
          formComponentType: 'WheelPicker',
          wheelPicker: {
            id: 'boat',
            items: [
              { id: 'boat-kayak', title: 'Kayak', value: 'kayak' },
              { id: 'boat-canoe', title: 'Canoe', value: 'canoe' },
            ],
          },
        },
      ],
    },
    {
      title: 'When and what',
      subtitle: 'Day and gear',
      pageComponents: [
        {
          formComponentType: 'DatePicker',
          datePicker: { id: 'day', title: 'Day', dateMinimum: dayFromNow(1), dateMaximum: dayFromNow(30) },
        },
        {
          formComponentType: 'ListPicker',
          listPicker: {
            id: 'extras',
            title: 'Gear',
            sections: [
              {
                title: 'Accessories',
                multipleSelection: true,
                items: [
                  { id: 'paddle', title: 'Paddle' },
                  { id: 'dry-bag', title: 'Dry bag' },
                ],
              },
            ],
          },
        },
      ],
    },
  ],
})
