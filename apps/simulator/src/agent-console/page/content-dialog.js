import { element } from './dom.js'
import { palette } from './palette.js'

/** Choose structured content, change it if wanted, send it. `order` throws what was refused; it is said in the dialog. */
export function createContentDialog(order) {
  const kind = element(
    'select',
    { id: 'content-kind', onchange: () => fill() },
    ...palette.map(({ title }, index) => element('option', { value: String(index) }, title)),
  )
  const text = element('input', { id: 'content-text', maxLength: 4000, autocomplete: 'off' })
  const json = element('textarea', { id: 'content-json', rows: 12, spellcheck: false })
  const problem = element('p', { className: 'problem', role: 'alert' })
  const node = element(
    'dialog',
    { className: 'content-dialog', 'aria-labelledby': 'content-title' },
    element(
      'form',
      { method: 'dialog', onsubmit: (event) => void send(event) },
      element('h2', { id: 'content-title' }, 'Send content'),
      field('Kind', kind),
      field('Text beside it', text),
      field('Content, as it goes over the wire', json),
      problem,
      element(
        'div',
        { className: 'dialog-ends' },
        element('button', { type: 'button', onclick: () => node.close() }, 'Cancel'),
        element('button', { type: 'submit', className: 'primary' }, 'Send'),
      ),
    ),
  )

  function fill() {
    const entry = palette[Number(kind.value)]
    text.value = entry.text ?? ''
    json.value = JSON.stringify(entry.content(), null, 2)
    json.scrollTop = 0
    problem.textContent = ''
  }

  async function send(event) {
    event.preventDefault()
    const content = read()
    if (!content) return
    const words = text.value.trim()
    try {
      await order({ action: 'content', content, ...(words === '' ? {} : { text: words }) })
      node.close()
    } catch (error) {
      problem.textContent = error.message
    }
  }

  function read() {
    try {
      return JSON.parse(json.value)
    } catch (error) {
      problem.textContent = `This is not JSON: ${error.message}`
      json.focus()
      return undefined
    }
  }

  return {
    node,
    open() {
      fill()
      node.showModal()
    },
  }
}

const field = (label, control) =>
  element('div', { className: 'field' }, element('label', { htmlFor: control.id }, label), control)
