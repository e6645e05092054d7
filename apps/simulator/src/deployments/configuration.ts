import type { DeploymentDomains } from '@foyer/shared/platform/web-messaging/deployment'
import { createHash } from 'node:crypto'
import type { Deployment } from '../options.ts'

/**
 * `config.json` of a deployment as the platform serves it: every field that strict clients insist on (web-messaging.md
 * §19.2), every switch spelled out. One origin stands for all of the platform's hosts.
 */
export function toConfiguration(deployment: Deployment, origin: string) {
  const { auth, conversationDisconnect: disconnect } = deployment
  return {
    id: configurationId(deployment.id),
    version: '1',
    languages: deployment.languages,
    defaultLanguage: deployment.defaultLanguage,
    apiEndpoint: origin,
    status: deployment.status,
    headlessMode: { enabled: false },
    messenger: {
      enabled: true,
      apps: {
        conversations: {
          messagingEndpoint: origin.replace(/^http/, 'ws'),
          enabled: true,
          showAgentTypingIndicator: deployment.showAgentTypingIndicator,
          showUserTypingIndicator: deployment.showUserTypingIndicator,
          autoStart: { enabled: deployment.autoStart },
          conversationDisconnect: { enabled: disconnect !== 'off', type: disconnect === 'off' ? 'Send' : disconnect },
          conversationClear: { enabled: deployment.conversationClear },
          notifications: { enabled: false, notificationContentType: 'ExcludeMessagesContent' },
          markdown: { enabled: deployment.markdown },
          humanize: { enabled: deployment.humanize, bot: deployment.bot },
          sessionDurationSeconds: deployment.sessionDurationSeconds,
        },
        knowledge: { enabled: false },
      },
      styles: { primaryColor: deployment.primaryColor },
      launcherButton: { visibility: 'On', displayType: 'Icon' },
      homeScreen: { enabled: false },
      fileUpload: toFileUpload(deployment),
    },
    position: { alignment: 'Auto', sideSpace: 20, bottomSpace: 12 },
    journeyEvents: { enabled: false },
    auth: { enabled: auth.enabled, allowSessionUpgrade: auth.allowSessionUpgrade },
    cobrowse: { enabled: false },
    customI18nLabels: [],
  }
}

/** Where `enableAttachments` stands, clients look at each session instead of the modes (§14.1). */
function toFileUpload({ fileTypes, maxFileSizeKB, attachmentProfile }: Deployment) {
  const mayAttach = fileTypes.length > 0 && maxFileSizeKB > 0
  const modes = mayAttach ? [{ fileTypes, maxFileSizeKB }] : []
  return attachmentProfile === 'session' ? { enableAttachments: mayAttach, modes } : { modes }
}

export const toDomains = ({ allowedDomains }: Deployment): DeploymentDomains => ({
  allowAllDomains: allowedDomains === null,
  allowedDomains: allowedDomains ?? [],
})

/** A configuration has an id of its own, which is not the deployment's: a UUID, the same every time. */
function configurationId(deploymentId: string): string {
  const hex = createHash('sha256').update(deploymentId).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
