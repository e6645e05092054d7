import { readSample } from '@foyer/shared/platform/samples'
import { DeploymentConfiguration, DeploymentDomains } from '@foyer/shared/platform/web-messaging/deployment'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { DEMO_DEPLOYMENT_ID } from '../src/options.ts'
import { call, simulatorFor } from './guest.ts'

const path = (file: string, id = DEMO_DEPLOYMENT_ID) => `/webdeployments/v1/deployments/${id}/${file}`
const bodyOf = (file: string): unknown =>
  v.parse(v.object({ response: v.object({ body: v.unknown() }) }), readSample('web-messaging', file)).response.body

/** Every path to a value, as `messenger.apps.conversations.autoStart.enabled`, with the kind of value there. */
function outline(value: unknown, at = ''): string[] {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) {
    return [`${at}: ${Array.isArray(value) ? 'array' : typeof value}`]
  }
  return Object.entries(value).flatMap(([name, field]) => outline(field, at === '' ? name : `${at}.${name}`))
}

describe('the configuration of a deployment', () => {
  test('has every field of the documented one, of the same kind', async () => {
    const { status, headers, body } = await call(await simulatorFor(), 'GET', path('config.json'))
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, '*'])
    const optional = ['messenger.apps.conversations.humanize.bot.avatarUrl: string']
    const documented = outline(bodyOf('rest-30-deployment-config.json')).filter((field) => !optional.includes(field))
    expect(outline(body)).toEqual(expect.arrayContaining(documented))
  })

  test('points back at the origin it was read from', async () => {
    const simulator = await simulatorFor()
    const { body } = await call(simulator, 'GET', path('config.json'))
    const { apiEndpoint, messenger } = v.parse(DeploymentConfiguration, body)
    expect(apiEndpoint).toBe(simulator.url)
    expect(messenger.apps.conversations.messagingEndpoint).toBe(simulator.url.replace('http:', 'ws:'))
  })

  test('says what it was told to, each deployment for itself', async () => {
    const simulator = await simulatorFor({
      deployments: [
        { id: 'plain', autoStart: false, conversationClear: false, conversationDisconnect: 'off', fileTypes: [] },
        { id: 'closed', status: 'Inactive', allowedDomains: ['shop.example'], fileTypes: ['image/*'] },
        { id: 'older', attachmentProfile: 'configuration', auth: { enabled: true, allowSessionUpgrade: true } },
      ],
    })
    const read = async (id: string) =>
      v.parse(DeploymentConfiguration, (await call(simulator, 'GET', path('config.json', id))).body)
    const [plain, closed, older] = [await read('plain'), await read('closed'), await read('older')]
    expect(older.messenger.fileUpload).toEqual({ modes: [{ fileTypes: ['*/*'], maxFileSizeKB: 10_240 }] })
    expect(older.auth).toEqual({ enabled: true, allowSessionUpgrade: true })
    expect(plain.messenger.apps.conversations).toMatchObject({
      autoStart: { enabled: false },
      conversationClear: { enabled: false },
      conversationDisconnect: { enabled: false, type: 'Send' },
    })
    expect(plain.messenger.fileUpload).toEqual({ enableAttachments: false, modes: [] })
    expect(closed.status).toBe('Inactive')
    expect(closed.messenger.fileUpload.modes).toEqual([{ fileTypes: ['image/*'], maxFileSizeKB: 10_240 }])
    const domains = v.parse(DeploymentDomains, (await call(simulator, 'GET', path('domains.json', 'closed'))).body)
    expect(domains).toEqual({ allowAllDomains: false, allowedDomains: ['shop.example'] })
  })

  test('may be changed while it runs', async () => {
    const simulator = await simulatorFor()
    await simulator.control.changeOptions({ deployments: [{ id: 'later' }] })
    expect((await call(simulator, 'GET', path('config.json', 'later'))).status).toBe(200)
    expect((await call(simulator, 'GET', path('config.json'))).status).toBe(403)
  })

  test.each(['config.json', 'domains.json', 'other.json'])('of nobody is refused: %s', async (file) => {
    const simulator = await simulatorFor()
    const id = file === 'other.json' ? DEMO_DEPLOYMENT_ID : '00000000-0000-0000-0000-000000000000'
    expect((await call(simulator, 'GET', path(file, id))).status).toBe(403)
  })
})
