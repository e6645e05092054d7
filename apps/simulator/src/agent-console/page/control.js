/** The simulator's control API, as far as an agent needs it. Throws an Error with the refusal's own words. */

async function call(method, path, body) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' }
  const response = await fetch(`/_simulator${path}`, { method, headers, body: JSON.stringify(body) })
  const text = await response.text()
  const answer = text === '' ? undefined : JSON.parse(text)
  if (!response.ok) throw new Error(answer?.message ?? `The simulator answered ${response.status}.`)
  return answer
}

export const readState = () => call('GET', '/state')
export const readScenarios = async () => (await call('GET', '/scenarios')).scenarios
export const readConversation = (id) => call('GET', `/conversations/${id}`)
export const act = (id, action) => call('POST', `/conversations/${id}/agent`, action)
export const startScenario = (scenarioId, conversationId) =>
  call('POST', `/scenarios/${scenarioId}/start`, { conversationId })

/** Calls back with every change of the world; `onLine` with whether the line stands. It mends itself. */
export function watchChanges(onChange, onLine) {
  const source = new EventSource('/_simulator/events')
  source.onopen = () => onLine(true)
  source.onerror = () => onLine(false)
  source.onmessage = ({ data }) => onChange(JSON.parse(data))
}
