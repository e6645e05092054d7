import { element } from './dom.js'

/** A piece of structured content of either side, in short; what has no short form as it came. */
export function drawContent(item) {
  const draw = drawings[item.contentType]
  return (draw && draw(item)) ?? drawAsItCame(item)
}

const drawings = {
  Attachment: ({ attachment }) => attachment && drawFile(attachment),
  ButtonResponse: ({ buttonResponse }) => drawChips([buttonResponse]),
  QuickReply: ({ quickReply }) => drawChips([quickReply]),
  QuickReplyV2: ({ quickReplyV2 }) => [words(quickReplyV2?.title), drawChips(quickReplyV2?.actions)],
  Card: ({ card }) => drawCard(card),
  Carousel: ({ carousel }) =>
    element(
      'div',
      { className: 'cards', role: 'group', 'aria-label': 'Cards', tabIndex: 0 },
      ...(carousel?.cards ?? []).map(drawCard),
    ),
  DatePicker: ({ datePicker }) => [
    words(datePicker?.title),
    drawChips(datePicker?.availableTimes?.map(({ dateTime }) => ({ text: new Date(dateTime).toLocaleString() }))),
  ],
  ListPicker: ({ listPicker }) => [
    words(listPicker?.receivedMessage?.title),
    drawChips(listPicker?.sections?.flatMap(({ items }) => items.map(({ title }) => ({ text: title })))),
  ],
  Form: ({ form }) => (form?.response ? drawAnswers(form.response) : words(form?.receivedMessage?.title ?? 'A form')),
}

const words = (text) => (text ? element('p', { className: 'content-words' }, text) : null)

const drawChips = (choices = []) =>
  element(
    'ul',
    { className: 'chips' },
    ...choices.map((choice) => element('li', { className: 'chip' }, choice?.text ?? '')),
  )

const drawCard = ({ title, description, image, actions = [] } = {}) =>
  element(
    'div',
    { className: 'card' },
    image && isOwn(image) && element('img', { src: image, alt: '', loading: 'lazy' }),
    element('p', { className: 'card-title' }, title ?? ''),
    words(description),
    drawChips(actions),
  )

const drawAnswers = (response) =>
  element(
    'dl',
    { className: 'answers' },
    ...response.flatMap(({ id, component }) => [
      element('dt', {}, id),
      element('dd', {}, component?.buttonResponse?.text ?? ''),
    ]),
  )

/** Links to files die after some minutes; the name stays. */
function drawFile({ url, filename, fileSize, mediaType }) {
  const name = filename ?? 'A file'
  if (url === undefined) return words(name)
  const { pathname, origin } = new URL(url, location.href)
  const here = pathname.startsWith('/api/v2/downloads/') ? pathname : origin + pathname
  return element(
    'a',
    { className: 'file', href: here, target: '_blank', rel: 'noreferrer', download: name },
    mediaType === 'Image' && here === pathname && element('img', { src: here, alt: '' }),
    element('span', {}, name),
    fileSize !== undefined && element('span', { className: 'file-size' }, formatSize(fileSize)),
  )
}

const formatSize = (bytes) => (bytes < 1024 ? `${bytes} bytes` : `${Math.ceil(bytes / 1024)} KB`)
const isOwn = (address) => URL.parse(address)?.origin === location.origin

const drawAsItCame = (item) =>
  element(
    'details',
    { className: 'raw' },
    element('summary', {}, item.contentType || 'Content'),
    element('pre', { tabIndex: 0 }, JSON.stringify(item, null, 2)),
  )
