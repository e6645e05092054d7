/**
 * An element. Properties starting with `on` listen, `data-` and `aria-` and what has no property of that name become
 * attributes; children that are null, false or empty are left out, strings become text.
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value)
    else if (name in node && !name.includes('-')) node[name] = value
    else if (value !== null && value !== undefined) node.setAttribute(name, value)
  }
  node.append(...children.filter((child) => child !== null && child !== false && child !== undefined && child !== ''))
  return node
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
const calendar = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })

/** The time of day; the day for what is older. */
export function formatTime(iso) {
  const date = new Date(iso)
  const format = date.toDateString() === new Date().toDateString() ? clock : calendar
  return element('time', { dateTime: iso, title: date.toLocaleString() }, format.format(date))
}

export const nameOf = ({ guestName, guestId }) => guestName ?? `Guest ${guestId.slice(0, 4)}`
