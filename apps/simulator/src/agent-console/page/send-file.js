import { element } from './dom.js'

const MAX_BYTES = 10 * 1024 * 1024

/** A button that asks for files and sends each; `tell` says what went wrong. */
export function createFileButton(act, tell) {
  const input = element('input', { type: 'file', multiple: true, hidden: true, onchange: () => void sendAll() })
  const button = element('button', { type: 'button', onclick: () => input.click() }, 'Attach file')

  async function sendAll() {
    const files = [...input.files]
    input.value = ''
    button.disabled = true
    for (const file of files) await send(file)
    button.disabled = false
    button.focus()
  }

  async function send(file) {
    if (file.size > MAX_BYTES) return tell(`${file.name} is larger than 10 MB.`)
    const base64 = await readBase64(file)
    await act({ action: 'file', name: file.name, type: file.type || 'application/octet-stream', base64 })
  }

  return element('span', {}, input, button)
}

function readBase64(file) {
  const { promise, resolve, reject } = Promise.withResolvers()
  const reader = new FileReader()
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1))
  reader.onerror = () => reject(reader.error)
  reader.readAsDataURL(file)
  return promise
}
