import type { SimulatorOptions } from '@foyer/simulator/start-simulator'
import { systemClock } from '../../src/clock.ts'
import type { Logger } from '../../src/logger.ts'
import { createWebMessagingConnector, type WebMessagingOptions } from '../../src/connectors/web-messaging/connector.ts'
import { createTestMetrics } from './metrics.ts'

export const DEPLOYMENT_ID = '2c9e6d10-41b7-4f85-8b3a-6d0e7f92a1c5'

/** The smallest picture there is: one dot. */
export const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

/** A pace that tests do not wait for. */
const LOOSE = {
  ...{ messagesPerSecond: 1_000_000, requestsPerMinute: 1_000_000, historyPerMinute: 1_000_000 },
  connectionsPerMinute: 1_000_000,
}

/** A platform that lets such a pace in. */
export const loosePlatform = (deployment: object = {}): SimulatorOptions => ({
  deployments: [
    {
      id: DEPLOYMENT_ID,
      ...deployment,
      limits: {
        ...{ messagesPerSecond: 1_000_000, requestsPerConnectionPerMinute: 1_000_000, historyPerMinute: 1_000_000 },
        ...{ configuresPerMinute: 1_000_000, connectionsPerMinute: 1_000_000 },
      },
    },
  ],
})

export function connectWebMessaging(url: string, logger: Logger, change: Partial<WebMessagingOptions> = {}) {
  return createWebMessagingConnector({
    hosts: { api: url, apiCdn: url, webmessaging: url.replace('http', 'ws') },
    ...{
      deploymentId: DEPLOYMENT_ID,
      limits: LOOSE,
      clock: systemClock,
      logger,
      metrics: createTestMetrics().metrics,
      ...change,
    },
  })
}
