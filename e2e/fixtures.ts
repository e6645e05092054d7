import { FoyerProcess } from '@foyer/bff/foyer-process'
import { test as base, type Page } from '@playwright/test'
import { startSimulator, type Simulator, type SimulatorOptions } from '@foyer/simulator/start-simulator'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChatPage } from './chat-page.ts'

export { expect } from '@playwright/test'
export type { Simulator } from '@foyer/simulator/start-simulator'
export type { ChatPage } from './chat-page.ts'

interface Fixtures {
  /** How the platform behaves in this test. */
  platform: SimulatorOptions
  /** What Foyer's environment has besides. */
  environment: Record<string, string>
  simulator: Simulator
  foyer: FoyerProcess
  /** The guest's page, opened. */
  chat: ChatPage
  /** The agent's console. */
  console: Page
}

/** One test with everything started for it alone: platform, BFF in a process of its own, the guest's browser. */
export const test = base.extend<Fixtures>({
  platform: [{}, { option: true }],
  environment: [{}, { option: true }],

  simulator: async ({ platform }, use) => {
    const simulator = await startSimulator({ rateLimitPerMinute: 1_000_000, ...platform })
    await use(simulator)
    await simulator.close()
  },

  foyer: async ({ simulator, environment }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'foyer-e2e-'))
    const foyer = await FoyerProcess.start({
      FOYER_PLATFORM_URL: simulator.url,
      FOYER_CLIENT_ID: 'eb2243d8-1bf4-4401-a290-45bfbbe7c828',
      FOYER_CLIENT_SECRET: 'example-secret-not-real',
      FOYER_STORE: `sqlite:${join(folder, 'foyer.db')}`,
      FOYER_LOG_LEVEL: 'debug',
      ...environment,
    })
    await use(foyer)
    await foyer.stop()
    await rm(folder, { recursive: true })
  },

  chat: async ({ page, foyer }, use) => {
    const chat = new ChatPage(page, foyer.url)
    await chat.open()
    await use(chat)
  },

  console: async ({ browser, simulator, colorScheme }, use) => {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' })
    const page = await context.newPage()
    await page.goto(`${simulator.url}/agent`)
    await use(page)
    await context.close()
  },
})

/** The platform's id of the only conversation there is, once there is one. */
export async function onlyConversation({ control }: Simulator): Promise<string> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const id = (await control.state()).conversations[0]?.id
    if (id !== undefined) return id
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('no conversation on the platform')
}
