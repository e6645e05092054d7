/** What Foyer is told to speak Web Messaging to the simulator's own deployment. */
export const WEB_MESSAGING = {
  FOYER_CONNECTOR: 'web-messaging',
  FOYER_DEPLOYMENT_ID: '2c9e6d10-41b7-4f85-8b3a-6d0e7f92a1c5',
}

/** The smallest picture there is: one dot. */
export const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
