import { drawContent } from './content.js'
import { element, formatTime } from './dom.js'

/** One entity of a conversation as an item of its history; null for what is not shown. */
export function drawEntity(entity) {
  const { type, text, content = [], direction, timestamp, from, originatingEntity } = entity
  if (type === 'Event') return drawEvent(entity)
  const isGuest = direction === 'inbound'
  const sender = from?.nickname ?? (isGuest ? 'Guest' : 'Agent')
  return element(
    'li',
    { className: `message ${isGuest ? 'of-guest' : 'of-house'}` },
    element(
      'p',
      { className: 'message-meta' },
      sender,
      originatingEntity === 'Bot' && element('span', { className: 'tag' }, 'bot'),
      formatTime(timestamp),
    ),
    text && element('p', { className: 'bubble' }, text),
    content.length > 0 && element('div', { className: 'content' }, ...content.flatMap(drawContent)),
  )
}

function drawEvent({ direction, events, timestamp, from, metadata }) {
  const presence = events?.find(({ eventType }) => eventType === 'Presence')?.presence?.type
  if (presence === undefined) return null
  const words = direction === 'inbound' ? guestWords[presence] : wordsFor(presence, from?.nickname, metadata?.readOnly)
  return element('li', { className: 'notice' }, words, ' ', formatTime(timestamp))
}

const guestWords = {
  Join: 'The guest joined',
  SignIn: 'The guest signed in',
  Clear: 'The guest cleared the conversation',
}

function wordsFor(presence, name, readOnly) {
  if (presence === 'Join') return `${name ?? 'An agent'} joined`
  if (readOnly === undefined) return `${name ?? 'The agent'} left`
  const ending = name === undefined ? 'The conversation was ended' : `${name} ended the conversation`
  return readOnly === 'true' ? ending : `${ending}; the guest may write again`
}
