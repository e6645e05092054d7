import type { SimulatorOptions } from '@foyer/simulator/start-simulator'
import type { FoyerOptions } from './start-foyer.ts'
import { connectWebMessaging, loosePlatform } from './web-messaging.ts'

/** A connector, and a platform that it can speak to. */
export interface Door {
  readonly name: string
  readonly platform: SimulatorOptions
  readonly options: FoyerOptions
}

export const guestApi: Door = { name: 'the guest API', platform: { rateLimitPerMinute: 1_000_000 }, options: {} }

export const webMessaging: Door = {
  name: 'Web Messaging',
  platform: loosePlatform(),
  options: { connect: connectWebMessaging },
}
