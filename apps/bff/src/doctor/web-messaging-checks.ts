import { cleanUp, openConversation, readMessages, sendMessage, type Check, type Finding, type Visit } from './checks.ts'

/** The steps where the platform is spoken to over Web Messaging, each as the BFF itself would do it. */
export const webMessagingChecks: readonly Check[] = [
  { name: 'Deployment', needs: [], operation: 'platform', run: readDeployment },
  { name: 'Conversation', needs: ['Deployment'], operation: 'createConversation', run: openConversation },
  { name: 'Socket', needs: ['Conversation'], operation: 'listMessages', run: openSocket },
  { name: 'Sending', needs: ['Socket'], operation: 'sendMessage', run: sendMessage },
  { name: 'Clean-up', needs: [], always: true, operation: 'endConversation', run: cleanUp },
]

/** Its configuration is public, and tells whether there is such a deployment and what it offers. */
async function readDeployment(visit: Visit, signal: AbortSignal): Promise<Finding> {
  visit.credential = await visit.connector.admit(signal)
  const { attachments, typing, clear } = visit.connector.capabilities
  const offers = Object.entries({ files: attachments, 'showing that the guest types': typing, clearing: clear })
  const list = offers.map(([name, isOn]) => `${name} ${isOn ? 'on' : 'off'}`).join(', ')
  return { outcome: 'ok', detail: `The deployment is active: ${list}.` }
}

/** Reading the record needs the socket, a configured session, and a token for the history. */
async function openSocket(visit: Visit, signal: AbortSignal): Promise<Finding> {
  await readMessages(visit, signal)
  return { outcome: 'ok', detail: 'The socket opens, the session is configured, its history can be read.' }
}
