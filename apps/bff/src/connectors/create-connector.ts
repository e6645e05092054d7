import type { Connector } from './connector.ts'
import { createGuestApiConnector, type GuestApiOptions } from './guest-api/connector.ts'
import { createWebMessagingConnector, type WebMessagingHosts } from './web-messaging/connector.ts'

/** Which door to the platform, and what it needs. */
export type ConnectorSettings = {
  readonly platformOrigin: string
  readonly hosts: WebMessagingHosts
  readonly region: string
} & (
  | ({ readonly connector: 'guest-api' } & Pick<GuestApiOptions, 'clientId' | 'clientSecret' | 'scopes'>)
  | {
      readonly connector: 'web-messaging'
      readonly deploymentId: string
      readonly socketOrigin: string | undefined
      readonly mediaHosts: readonly string[]
    }
)

export function createConnector(
  settings: ConnectorSettings,
  { clock, logger, metrics, tracing }: Pick<GuestApiOptions, 'clock' | 'logger' | 'metrics' | 'tracing'>,
): Connector {
  if (settings.connector === 'web-messaging') {
    const { hosts, deploymentId, socketOrigin: origin, mediaHosts } = settings
    return createWebMessagingConnector({ hosts, deploymentId, origin, mediaHosts, clock, logger, metrics, tracing })
  }
  const { platformOrigin: origin, clientId, clientSecret, scopes, region } = settings
  const parts = { clock, logger, metrics, tracing }
  return createGuestApiConnector({ origin, clientId, clientSecret, scopes, region, ...parts })
}
