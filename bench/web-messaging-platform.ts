import { createControlClient } from '@foyer/simulator/control/client'
import { startProcess, type Running } from './processes.ts'

/** That of the simulator's samples. */
export const DEPLOYMENT_ID = '2c9e6d10-41b7-4f85-8b3a-6d0e7f92a1c5'

const UNLIMITED = 1_000_000_000

/** The simulator with a deployment that takes any number of guests at any rate. */
export async function startWebMessagingPlatform(): Promise<Running> {
  const environment = (port: number) => ({ SIMULATOR_PORT: String(port), SIMULATOR_DEMO_AGENT: 'off' })
  const platform = await startProcess('apps/simulator/src/main.ts', environment, '/agent')
  const limits = {
    ...{ connectionsPerMinute: UNLIMITED, configuresPerMinute: UNLIMITED, requestsPerConnectionPerMinute: UNLIMITED },
    ...{ messagesPerSecond: UNLIMITED, historyPerMinute: UNLIMITED },
  }
  await createControlClient(platform.url).changeOptions({ deployments: [{ id: DEPLOYMENT_ID, limits }] })
  return platform
}
