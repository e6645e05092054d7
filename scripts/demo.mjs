/** What the demo sets where nothing else is set: a platform, a client it knows, and a store that leaves nothing behind. */
export function demoEnv() {
  const simulatorPort = process.env.SIMULATOR_PORT || '4410'
  const port = process.env.PORT || '4400'
  const simulatorUrl = `http://127.0.0.1:${simulatorPort}`
  const clientSecret = process.env.FOYER_CLIENT_SECRET || 'example-secret-not-real'
  const adminPort = process.env.FOYER_ADMIN_PORT || '4401'
  return {
    metricsUrl: adminPort === 'off' ? undefined : `http://127.0.0.1:${adminPort}/metrics`,
    guestUrl: process.env.FOYER_PUBLIC_URL || `http://localhost:${port}`,
    simulatorUrl,
    simulator: { SIMULATOR_PORT: simulatorPort, SIMULATOR_DEMO_AGENT: process.env.SIMULATOR_DEMO_AGENT || 'on' },
    bff: {
      PORT: port,
      FOYER_PLATFORM_URL: simulatorUrl,
      FOYER_PLATFORM_DOMAIN: '', // set empty, it is not read from .env either
      ...(process.env.FOYER_CONNECTOR ? { FOYER_CONNECTOR: process.env.FOYER_CONNECTOR } : {}),
      FOYER_DEPLOYMENT_ID: process.env.FOYER_DEPLOYMENT_ID || '2c9e6d10-41b7-4f85-8b3a-6d0e7f92a1c5',
      FOYER_CLIENT_ID: process.env.FOYER_CLIENT_ID || 'eb2243d8-1bf4-4401-a290-45bfbbe7c828',
      ...(process.env.FOYER_CLIENT_SECRET_FILE ? {} : { FOYER_CLIENT_SECRET: clientSecret }),
      FOYER_STORE: process.env.FOYER_STORE || 'memory:',
      FOYER_LOG_LEVEL: process.env.FOYER_LOG_LEVEL || 'warn',
    },
  }
}

/** Whether a platform is configured; without one there is the simulator. */
export const isConfigured = () => Boolean(process.env.FOYER_PLATFORM_URL || process.env.FOYER_PLATFORM_DOMAIN)
