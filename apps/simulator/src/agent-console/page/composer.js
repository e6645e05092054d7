import { createContentDialog } from './content-dialog.js'
import { element } from './dom.js'
import { createFileButton } from './send-file.js'
import { createTyping } from './typing.js'

/** Characters the platform takes from an agent at once. */
const MAX_LENGTH = 4000

/** What the agent can do in a conversation they are in: answer in words, content or files, leave, end it. */
export function createComposer({ act, order, tell }) {
  const dialog = createContentDialog(order)
  const typing = createTyping((isTyping) => void act({ action: 'typing', typing: isTyping }))
  const reply = element('textarea', {
    id: 'reply',
    rows: 1,
    maxLength: MAX_LENGTH,
    placeholder: 'Write a reply',
    'aria-label': 'Reply',
    'aria-describedby': 'reply-hint',
    oninput: () => (reply.value.trim() === '' ? typing.stop() : typing.press()),
    onkeydown: (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      void send()
    },
  })
  async function send() {
    const text = reply.value.trim()
    if (text === '') return
    typing.forget()
    reply.value = ''
    reply.focus()
    // What could not be sent is given back, in front of what was typed since.
    if (!(await act({ action: 'message', text }))) reply.value = [text, reply.value].join(' ').trim()
  }
  const mayReopen = element('input', { type: 'checkbox' })
  const form = element(
    'form',
    {
      className: 'composer',
      onsubmit: (event) => {
        event.preventDefault()
        void send()
      },
    },
    element(
      'div',
      { className: 'reply-row' },
      reply,
      element('button', { type: 'submit', className: 'primary' }, 'Send'),
    ),
    element(
      'div',
      { className: 'ways-out' },
      createFileButton(act, tell),
      element('button', { type: 'button', onclick: () => dialog.open() }, 'Content …'),
      element('p', { className: 'hint', id: 'reply-hint' }, 'Enter sends, Shift + Enter starts a new line'),
      element('button', { type: 'button', onclick: () => void act({ action: 'leave' }) }, 'Leave'),
      element('label', { className: 'check' }, mayReopen, 'Guest may write again'),
      element(
        'button',
        {
          type: 'button',
          className: 'danger',
          onclick: () => void act({ action: 'disconnect', readOnly: !mayReopen.checked }),
        },
        'End conversation',
      ),
    ),
  )
  return { nodes: [form, dialog.node], focus: () => reply.focus(), stop: typing.stop }
}
