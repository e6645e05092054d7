/** The client of the simulator's samples; the echo platform takes any. */
export const CLIENT = {
  grant_type: 'client_credentials',
  client_id: 'eb2243d8-1bf4-4401-a290-45bfbbe7c828',
  client_secret: 'example-secret-not-real',
  scope: 'messaging:conversation:write messaging:guest:send',
} as const

/** All load comes from one address, and few guests write for many: limits are counted as ever, and never met. */
const UNLIMITED = {
  FOYER_MESSAGES_PER_SECOND: '1000',
  FOYER_REQUESTS_PER_ADDRESS: '100000000',
  FOYER_SESSIONS_PER_ADDRESS: '1000000',
  FOYER_SESSIONS_PER_SECOND: '100000',
  FOYER_STREAMS: '16000',
  FOYER_STREAMS_PER_ADDRESS: '16000',
}

/** Foyer's environment against a platform at this origin, warnings only. */
export const foyerEnvironment = (platformUrl: string, store: string) => (port: number) => ({
  PORT: String(port),
  FOYER_PLATFORM_URL: platformUrl.replace('localhost', '127.0.0.1'),
  FOYER_CLIENT_ID: CLIENT.client_id,
  FOYER_CLIENT_SECRET: CLIENT.client_secret,
  FOYER_STORE: store,
  FOYER_LOG_LEVEL: 'warn',
  FOYER_ADMIN_PORT: 'off',
  ...UNLIMITED,
})
