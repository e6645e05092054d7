import { element } from './dom.js'

const NAME_KEY = 'agent-name'
const DEFAULT_NAME = 'Noor'

/** The name this browser's agent goes by. */
export function readAgentName() {
  try {
    return localStorage.getItem(NAME_KEY) ?? DEFAULT_NAME
  } catch {
    // Storage may be forbidden; then the name is asked each time.
    return DEFAULT_NAME
  }
}

function keepAgentName(name) {
  try {
    localStorage.setItem(NAME_KEY, name)
  } catch {
    // As above.
  }
}

/** What can be done in a conversation one is not in: join it, or let a scenario play it. */
export function createEntrance({ scenarios, act, startScenario }) {
  const name = element('input', { id: 'agent-name', value: readAgentName(), required: true, maxLength: 80 })
  const kind = element(
    'select',
    { id: 'agent-kind' },
    element('option', { value: 'Human' }, 'A person'),
    element('option', { value: 'Bot' }, 'A bot'),
  )
  const image = element('input', { id: 'agent-image', type: 'url', placeholder: 'Address, optional' })
  const choice = element('select', { id: 'scenario' }, ...scenarios.map(drawScenario))
  const join = async (event) => {
    event.preventDefault()
    keepAgentName(name.value.trim())
    const picture = image.value.trim()
    const who = { name: name.value.trim(), kind: kind.value, ...(picture === '' ? {} : { image: picture }) }
    await act({ action: 'join', ...who })
  }
  return element(
    'div',
    { className: 'entrance' },
    element(
      'form',
      { className: 'field-row', onsubmit: (event) => void join(event) },
      element('label', { htmlFor: 'agent-name' }, 'Your name'),
      name,
      element('label', { htmlFor: 'agent-kind' }, 'You are'),
      kind,
      element('label', { htmlFor: 'agent-image' }, 'Picture'),
      image,
      element('button', { type: 'submit', className: 'primary' }, 'Join'),
    ),
    element(
      'div',
      { className: 'field-row' },
      element('label', { htmlFor: 'scenario' }, 'Scenario'),
      choice,
      element('button', { type: 'button', onclick: () => void startScenario(choice.value) }, 'Start scenario'),
    ),
  )
}

const drawScenario = ({ id, title, summary }) => element('option', { value: id, title: summary }, title)
