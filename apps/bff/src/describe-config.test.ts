import { expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { describeConfig } from './describe-config.ts'

test('S50 what was resolved can be told without any secret', () => {
  const key = Buffer.alloc(32, 7).toString('base64url')
  const config = readConfig({
    ...{ FOYER_PLATFORM_URL: 'https://gateway.example.com', FOYER_CLIENT_ID: 'client', FOYER_STORE: 'memory:' },
    ...{ FOYER_CLIENT_SECRET: 'CANARY-secret-of-the-client', FOYER_SECRETS: key },
    ...{ FOYER_PUBLIC_URL: 'https://chat.example.com', FOYER_EMBED_ORIGINS: 'https://shop.example.org' },
  })
  const told = JSON.stringify(describeConfig({ ...config, store: 'redis://user:CANARY@store.example.com:6379/0' }))
  expect(told).not.toMatch(/CANARY|BwcHB|7,7,7/)
  expect(JSON.parse(told)).toMatchObject({
    ...{ publicUrl: 'https://chat.example.com', cookieReach: 'cross-site', embedOrigins: ['https://shop.example.org'] },
    ...{
      clientId: 'client',
      isPublicClient: false,
      sealingKeys: 1,
      store: 'redis://[redacted]@store.example.com:6379/0',
    },
  })
})
