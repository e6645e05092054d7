import { silentLogger } from '../../../test/support/loggers.ts'
import { createTestMetrics } from '../../../test/support/metrics.ts'
import { systemClock } from '../../clock.ts'
import { connectorContract } from '../connector.contract.ts'
import { createWebMessagingConnector, type WebMessagingOptions } from './connector.ts'

const DEPLOYMENT_ID = '2c9e6d10-41b7-4f85-8b3a-6d0e7f92a1c5'
const LOOSE = {
  ...{ messagesPerSecond: 1_000, requestsPerMinute: 10_000, historyPerMinute: 10_000 },
  connectionsPerMinute: 10_000,
}

const connect = (url: string, change: Partial<WebMessagingOptions> = {}) =>
  createWebMessagingConnector({
    hosts: { api: url, apiCdn: url, webmessaging: url.replace('http', 'ws') },
    ...{ deploymentId: DEPLOYMENT_ID, limits: LOOSE, clock: systemClock, logger: silentLogger },
    ...{ metrics: createTestMetrics().metrics, ...change },
  })

connectorContract('Web Messaging', {
  simulator: {
    deployments: [
      {
        id: DEPLOYMENT_ID,
        limits: { messagesPerSecond: 1_000, requestsPerConnectionPerMinute: 10_000, historyPerMinute: 10_000 },
      },
    ],
  },
  connect,
  refused: { cause: 'deployment-refused', connect: (url) => connect(url, { deploymentId: 'unknown' }) },
  interrupt: (simulator) => simulator.control.dropSockets(),
})
