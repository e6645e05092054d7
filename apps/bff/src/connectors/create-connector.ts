import type { Clock } from '../clock.ts'
import type { Connector } from './connector.ts'
import { createGuestApiConnector, type GuestApiOptions } from './guest-api/connector.ts'
import type { Logger } from '../logger.ts'
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
  { clock, logger, metrics }: Pick<GuestApiOptions, 'metrics'> & { clock: Clock; logger: Logger },
): Connector {
  if (settings.connector === 'web-messaging') {
    const { hosts, deploymentId, socketOrigin: origin, mediaHosts } = settings
    return createWebMessagingConnector({ hosts, deploymentId, origin, mediaHosts, clock, logger })
  }
  const { platformOrigin: origin, clientId, clientSecret, scopes, region } = settings
  return createGuestApiConnector({ origin, clientId, clientSecret, scopes, region, clock, logger, metrics })
}
