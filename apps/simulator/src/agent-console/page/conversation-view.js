import { act, readConversation, startScenario } from './control.js'
import { createComposer } from './composer.js'
import { element, nameOf } from './dom.js'
import { createEntrance, readAgentName } from './entrance.js'
import { drawEntity } from './history.js'
import { keepAtEnd } from './keep-at-end.js'

const GUEST_TYPING_MS = 6000

/** One open conversation on the right. It lives until `close`. */
export function openConversation(section, { summary, scenarios, onBack }) {
  const { id } = summary
  const shownIds = new Set()
  const history = element('ol', { className: 'history', 'aria-label': 'History', tabIndex: 0 })
  const end = keepAtEnd(history)
  const typingLine = element('p', { className: 'typing', role: 'status' })
  const problem = element('p', { className: 'problem', role: 'alert' })
  const footer = element('div', { className: 'footer' })
  const subtitle = element('p', { className: 'subtitle' })
  const order = async (action) => update(await act(id, action))
  const perform = (action) => attempt(() => order(action))
  const tell = (words) => (problem.textContent = words)
  let composer
  let footerKind
  let typingTimer

  section.replaceChildren(
    element(
      'header',
      { className: 'conversation-head' },
      element('button', { type: 'button', className: 'back', 'aria-label': 'Back to the list', onclick: onBack }, '‹'),
      element('div', {}, element('h2', { tabIndex: -1 }, nameOf(summary)), subtitle),
    ),
    history,
    typingLine,
    problem,
    footer,
  )
  update(summary)
  void load()

  /** Whether it was done; a refusal is shown. */
  async function attempt(task) {
    try {
      await task()
      problem.textContent = ''
      return true
    } catch (error) {
      problem.textContent = error.message
      return false
    }
  }

  function load() {
    return attempt(async () => {
      const { conversation, entities } = await readConversation(id)
      entities.forEach(append)
      update(conversation)
      end.follow()
    })
  }

  function append(entity) {
    if (shownIds.has(entity.id)) return
    shownIds.add(entity.id)
    const item = drawEntity(entity)
    if (!item) return
    history.append(item)
    if (entity.direction === 'inbound') showTyping(false)
    end.follow()
  }

  function update(conversation) {
    subtitle.textContent = describe(conversation)
    const kind = footerKindOf(conversation)
    if (kind === footerKind) return
    footerKind = kind
    composer?.stop()
    composer = kind === 'composer' ? createComposer({ act: perform, order, tell }) : undefined
    footer.replaceChildren(...drawFooter(kind))
    composer?.focus()
  }

  function drawFooter(kind) {
    if (kind === 'composer') return composer.nodes
    if (kind === 'ended') return [element('p', { className: 'over' }, 'This conversation has ended.')]
    const start = (scenarioId) => attempt(() => startScenario(scenarioId, id))
    return [createEntrance({ scenarios, act: perform, startScenario: start })]
  }

  function showTyping(isTyping) {
    clearTimeout(typingTimer)
    typingLine.textContent = isTyping ? `${nameOf(summary)} is typing …` : ''
    if (isTyping) typingTimer = setTimeout(() => showTyping(false), GUEST_TYPING_MS)
  }

  return {
    id,
    load,
    append,
    update,
    showTyping,
    focusHeading: () => section.querySelector('h2').focus(),
    close() {
      clearTimeout(typingTimer)
      composer?.stop()
      end.stop()
      section.replaceChildren()
    },
  }
}

function footerKindOf({ state, agentName }) {
  if (state === 'disconnected') return 'ended'
  return agentName !== null && agentName === readAgentName() ? 'composer' : 'entrance'
}

function describe({ state, readOnly, agentName, scenario, language, customAttributes }) {
  const who = agentName === null ? (scenario === null ? 'waiting for an agent' : 'with the bot') : `with ${agentName}`
  const ended = readOnly ? 'ended' : 'ended, the guest may write again'
  const attributes = Object.entries(customAttributes).map(([name, value]) => `${name}: ${value}`)
  return [state === 'disconnected' ? ended : who, language, ...attributes].filter(Boolean).join(' · ')
}
