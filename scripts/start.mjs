import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { demoEnv, isConfigured } from './demo.mjs'
import { answers, runTogether } from './processes.mjs'
import { pinnedNode, root, setUp } from './set-up.mjs'

/** `npm start`: the demo, or, with a platform configured, Foyer alone. */

if (process.env.NODE_ENV !== 'production' && existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'))
setUp()

const foyer = { name: 'Foyer', command: pinnedNode, args: ['apps/bff/src/main.ts'] }

if (isConfigured()) {
  runTogether([foyer])
} else {
  const demo = demoEnv()
  const simulator = {
    name: 'Simulator',
    command: pinnedNode,
    args: ['apps/simulator/src/main.ts'],
    env: demo.simulator,
  }
  const { isStopping } = runTogether([simulator, { ...foyer, env: demo.bff }])
  try {
    await answers(`${demo.simulatorUrl}/agent`)
    await answers(`http://127.0.0.1:${demo.bff.PORT}/health/ready`)
    console.log(`
  Foyer is running, with a simulated platform behind it.

    Guest   ${demo.guestUrl}
    Agent   ${demo.simulatorUrl}/agent
${demo.metricsUrl ? `    Metrics ${demo.metricsUrl}\n` : ''}
  Write something as the guest: a demo bot answers, until you join as the agent.
  Ctrl-C stops everything.
`)
  } catch (error) {
    if (!isStopping()) {
      console.error(error.message)
      process.kill(process.pid, 'SIGTERM')
    }
  }
}
