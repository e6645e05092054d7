import { onTestFinished } from 'vitest'
import { FoyerProcess } from './foyer-process.ts'
import { CLIENT_ID, CLIENT_SECRET } from './start-foyer.ts'

/** The real BFF in a process of its own, ready to answer; gone when the test is over. */
export async function spawnFoyer(platformUrl: string, environment: Record<string, string> = {}): Promise<FoyerProcess> {
  const credentials = { FOYER_CLIENT_ID: CLIENT_ID, FOYER_CLIENT_SECRET: CLIENT_SECRET }
  const foyer = await FoyerProcess.start({ FOYER_PLATFORM_URL: platformUrl, ...credentials, ...environment })
  onTestFinished(() => foyer.kill())
  return foyer
}
