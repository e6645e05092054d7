import { demoEnv } from './demo.mjs'
import { runTogether } from './processes.mjs'
import { pinnedNode, setUp, vite, webFolder } from './set-up.mjs'

/** `pnpm dev`: the demo with reload. Vite serves the page on PORT and hands /api on to the BFF behind it. */

setUp()

const { bff, simulator, guestUrl, simulatorUrl } = demoEnv()
const bffPort = process.env.DEV_BFF_PORT || '4402'

runTogether([
  { name: 'Simulator', command: pinnedNode, args: ['--watch', 'apps/simulator/src/main.ts'], env: simulator },
  {
    name: 'Foyer',
    command: pinnedNode,
    args: ['--watch', 'apps/bff/src/main.ts'],
    env: { ...bff, PORT: bffPort, FOYER_PUBLIC_URL: guestUrl },
  },
  {
    name: 'Page',
    command: vite,
    args: ['--clearScreen', 'false'],
    cwd: webFolder,
    env: { PORT: bff.PORT, FOYER_DEV_BFF: `http://127.0.0.1:${bffPort}` },
  },
])
console.log(`\n  Guest   ${guestUrl}\n  Agent   ${simulatorUrl}/agent\n`)
