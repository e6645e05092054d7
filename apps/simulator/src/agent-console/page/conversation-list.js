import { element, formatTime, nameOf } from './dom.js'

const groups = [
  { title: 'Waiting', holds: ({ state, agentName }) => state === 'connected' && agentName === null },
  { title: 'Open', holds: ({ state, agentName }) => state === 'connected' && agentName !== null },
  { title: 'Ended', holds: ({ state }) => state === 'disconnected' },
]
const MAX_SHOWN = 100

/** Draws the list anew, and keeps the keyboard's place in it. */
export function drawList(nav, { conversations, openId, unreadOf, onOpen }) {
  const focusedId = nav.contains(document.activeElement) ? document.activeElement.dataset.id : undefined
  const sorted = [...conversations].sort((one, other) => other.lastActivityAt.localeCompare(one.lastActivityAt))
  const sections = groups.flatMap(({ title, holds }) => drawGroup(title, sorted.filter(holds)))
  nav.replaceChildren(...(sections.length > 0 ? sections : [drawNobody()]))
  if (focusedId !== undefined) nav.querySelector(`[data-id="${focusedId}"]`)?.focus()

  function drawGroup(title, members) {
    if (members.length === 0) return []
    const heading = element('h2', {}, title, element('span', { className: 'count' }, String(members.length)))
    return [heading, element('ul', {}, ...members.slice(0, MAX_SHOWN).map(drawEntry))]
  }

  function drawEntry(conversation) {
    const { id, lastActivityAt, lastText, guestIsTyping } = conversation
    const unread = unreadOf(conversation)
    const button = element(
      'button',
      { type: 'button', className: 'entry', 'data-id': id, onclick: () => onOpen(id) },
      element('span', { className: 'avatar', 'aria-hidden': 'true' }, nameOf(conversation).slice(0, 1).toUpperCase()),
      element('span', { className: 'entry-name' }, nameOf(conversation)),
      element('span', { className: 'entry-time' }, formatTime(lastActivityAt)),
      element('span', { className: 'entry-text' }, guestIsTyping ? 'is typing …' : (lastText ?? 'No message yet')),
      unread > 0 && element('span', { className: 'unread', 'aria-label': `${unread} unread` }, String(unread)),
    )
    if (id === openId) button.setAttribute('aria-current', 'true')
    return element('li', {}, button)
  }
}

function drawNobody() {
  return element(
    'div',
    { className: 'empty' },
    element('p', { className: 'empty-title' }, 'Nobody is here yet'),
    element('p', {}, 'Start a chat as a guest and it appears here at once.'),
  )
}
