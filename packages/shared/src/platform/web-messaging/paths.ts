/** Paths below the platform's hosts (web-messaging.md §2.1, §13, §18, §19). */
export const webMessagingPaths = {
  socket: '/v1',
  history: '/api/v2/webmessaging/messages',
  tokenExchange: '/api/v2/webdeployments/token/oauthcodegrantjwtexchange',
  tokenRefresh: '/api/v2/webdeployments/token/refresh',
  tokenRevoke: '/api/v2/webdeployments/token/revoke',
  configuration: (deploymentId: string) =>
    `/webdeployments/v1/deployments/${encodeURIComponent(deploymentId)}/config.json`,
  domains: (deploymentId: string) => `/webdeployments/v1/deployments/${encodeURIComponent(deploymentId)}/domains.json`,
} as const
