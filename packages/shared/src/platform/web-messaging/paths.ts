/** Paths below the platform's hosts (web-messaging.md §2.1, §13, §19). */
export const webMessagingPaths = {
  socket: '/v1',
  history: '/api/v2/webmessaging/messages',
  configuration: (deploymentId: string) =>
    `/webdeployments/v1/deployments/${encodeURIComponent(deploymentId)}/config.json`,
  domains: (deploymentId: string) => `/webdeployments/v1/deployments/${encodeURIComponent(deploymentId)}/domains.json`,
} as const
