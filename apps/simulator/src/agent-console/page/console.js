import { readScenarios, readState, watchChanges } from './control.js'
import { drawList } from './conversation-list.js'
import { openConversation } from './conversation-view.js'
import { element } from './dom.js'
import { createSeen } from './seen.js'

const list = document.getElementById('list')
const section = document.getElementById('conversation')
const panes = document.getElementById('panes')
const lineState = document.getElementById('line-state')

const conversations = new Map()
const seen = createSeen()
const scenarios = await readScenarios().catch(() => [])
let open
let isDrawing = false

function show(id) {
  const summary = conversations.get(id)
  if (!summary) return close()
  open?.close()
  open = openConversation(section, { summary, scenarios, onBack: () => (location.hash = '') })
  panes.dataset.shows = 'conversation'
  open.focusHeading()
  draw()
}

function close() {
  open?.close()
  open = undefined
  panes.dataset.shows = 'list'
  section.replaceChildren(element('p', { className: 'empty' }, 'Choose a conversation on the left.'))
  draw()
}

/** At most once per frame, however much happens. */
function draw() {
  if (isDrawing) return
  isDrawing = true
  requestAnimationFrame(() => {
    isDrawing = false
    const shown = open && conversations.get(open.id)
    if (shown && !document.hidden) seen.see(shown)
    const all = [...conversations.values()]
    drawList(list, {
      conversations: all,
      openId: open?.id,
      unreadOf: seen.unreadOf,
      onOpen: (id) => (location.hash === `#${id}` ? show(id) : (location.hash = id)),
    })
    const unread = all.reduce((sum, conversation) => sum + seen.unreadOf(conversation), 0)
    document.title = unread > 0 ? `(${unread}) Agent console` : 'Agent console'
  })
}

function follow(change) {
  if (change.type === 'reset') {
    conversations.clear()
    return close()
  }
  if (change.type === 'typing') return followTyping(change)
  conversations.set(change.conversation.id, change.conversation)
  if (open?.id === change.conversation.id) {
    if (change.type === 'entity') open.append(change.entity)
    open.update(change.conversation)
  }
  draw()
}

function followTyping({ conversationId, by, typing }) {
  if (by !== 'guest') return
  if (open?.id === conversationId) open.showTyping(typing)
  const conversation = conversations.get(conversationId)
  if (!conversation) return
  conversation.guestIsTyping = typing
  draw()
}

/** After every (re)connect: changes that nobody told us of are in the state. */
async function resume() {
  const state = await readState()
  conversations.clear()
  for (const conversation of state.conversations) conversations.set(conversation.id, conversation)
  if (open && conversations.has(open.id)) return void (await open.load(), draw())
  openFromAddress()
}

function openFromAddress() {
  const id = location.hash.slice(1)
  if (id !== '' && conversations.has(id)) show(id)
  else close()
}

addEventListener('hashchange', openFromAddress)
document.addEventListener('visibilitychange', draw)
watchChanges(follow, (isUp) => {
  lineState.textContent = isUp ? 'Live' : 'The simulator is away, trying again …'
  lineState.dataset.up = String(isUp)
  if (isUp) void resume()
})
