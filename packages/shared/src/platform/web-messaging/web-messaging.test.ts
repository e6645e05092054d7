import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { readSample, sampleNames } from '../samples.ts'
import { ClientFrame } from './client-frames.ts'
import { DeploymentConfiguration, DeploymentDomains } from './deployment.ts'
import { HistoryPage } from './history.ts'
import { NormalizedMessage } from './message.ts'
import { ServerEnvelope, ServerFrame } from './server-frames.ts'
import { SignInTokens, TokenExchangeRequest, TokenRefreshRequest } from './sign-in.ts'

const names = sampleNames('web-messaging')
const frames = (prefix: string) => names.filter((name) => name.startsWith(prefix))
const read = (name: string) => readSample('web-messaging', name)
const answerOf = (name: string) =>
  v.parse(v.object({ response: v.object({ body: v.unknown() }) }), read(name)).response.body

describe('what a client sends', () => {
  it.each(frames('c2s-'))('%s can be read', (name) => {
    expect(v.safeParse(ClientFrame, read(name)).issues).toBeUndefined()
  })
})

describe('what the platform sends', () => {
  const known = [...frames('s2c-'), ...frames('tolerance-')].filter(
    (name) => name !== 'tolerance-01-unknown-class.json',
  )

  it.each(known)('%s can be read', (name) => {
    expect(v.safeParse(ServerFrame, read(name)).issues).toBeUndefined()
  })

  it('keeps the outline of a frame of a class nobody knows', () => {
    const frame = v.parse(ServerEnvelope, read('tolerance-01-unknown-class.json'))
    expect(frame).toMatchObject({ class: 'SomethingNewEvent', code: 200 })
  })

  it.each([
    's2c-34-outbound-quick-replies.json',
    's2c-35-outbound-quick-reply-v2.json',
    's2c-36-outbound-card.json',
    's2c-37-outbound-carousel.json',
    's2c-38-outbound-date-picker.json',
    's2c-39-outbound-list-picker.json',
    's2c-40-outbound-form.json',
    's2c-41-outbound-attachment.json',
    's2c-42-outbound-generic-template.json',
    's2c-43-outbound-structured-button-response.json',
  ])('%s has content of a known kind', (name) => {
    expect(contentTypes(name)).not.toContain('Other')
  })

  it('keeps content of an unknown kind, whole', () => {
    const frame = v.parse(ServerFrame, read('tolerance-02-unknown-content-type.json'))
    if (frame.class !== 'StructuredMessage') throw new Error('not a message')
    expect(frame.body.text).toBe('See the map')
    expect(frame.body.content).toMatchObject([{ contentType: 'Other', original: { contentType: 'Location' } }])
  })

  it('takes a known kind that is not whole for an unknown one', () => {
    const content = [{ contentType: 'Card', card: { description: 'no title' } }]
    const message = v.parse(NormalizedMessage, { id: 'a', type: 'Structured', direction: 'Outbound', content })
    expect(message.content?.[0]?.contentType).toBe('Other')
  })

  const contentTypes = (name: string): string[] => {
    const frame = v.parse(ServerFrame, read(name))
    if (frame.class !== 'StructuredMessage') throw new Error('not a message')
    return frame.body.content?.map(({ contentType }) => contentType) ?? []
  }
})

describe('what is traded for a sign-in', () => {
  const requestOf = (name: string) =>
    v.parse(v.object({ request: v.object({ body: v.unknown() }) }), read(name)).request.body

  it.each([
    ['rest-20-auth-exchange-code-pkce.json', TokenExchangeRequest],
    ['rest-21-auth-exchange-implicit.json', TokenExchangeRequest],
    ['rest-22-auth-exchange-refused.json', TokenExchangeRequest],
    ['rest-23-auth-refresh.json', TokenRefreshRequest],
  ])('%s asks for it', (name, schema) => {
    expect(v.safeParse(schema, requestOf(name)).issues).toBeUndefined()
  })

  it.each([
    ['rest-20-auth-exchange-code-pkce.json', 'EXAMPLE-REFRESH'],
    ['rest-21-auth-exchange-implicit.json', undefined],
    ['rest-23-auth-refresh.json', undefined],
  ])('%s is answered with a token', (name, refreshToken) => {
    expect(v.parse(SignInTokens, answerOf(name)).refreshToken).toBe(refreshToken)
  })
})

describe('what is read by HTTP', () => {
  it.each(['rest-01-history-page.json', 'rest-02-history-past-the-end.json'])('%s is a page', (name) => {
    const page = v.parse(HistoryPage, answerOf(name))
    for (const entity of page.entities) expect(v.safeParse(NormalizedMessage, entity).issues).toBeUndefined()
  })

  it('reads every switch of a deployment', () => {
    const { messenger } = v.parse(DeploymentConfiguration, answerOf('rest-30-deployment-config.json'))
    expect(messenger.apps.conversations).toMatchObject({
      showUserTypingIndicator: true,
      autoStart: { enabled: true },
      conversationDisconnect: { enabled: true, type: 'ReadOnly' },
      conversationClear: { enabled: true },
      markdown: { enabled: true },
      humanize: { enabled: true, bot: { name: 'Skipper' } },
    })
  })

  it('takes the defaults where a deployment says nothing', () => {
    const { messenger, auth } = v.parse(DeploymentConfiguration, answerOf('rest-31-deployment-config-minimal.json'))
    expect(auth).toEqual({ enabled: false, allowSessionUpgrade: false })
    expect(messenger.apps.conversations).toMatchObject({
      enabled: true,
      showUserTypingIndicator: false,
      autoStart: { enabled: false },
      conversationDisconnect: { enabled: false, type: 'Send' },
      conversationClear: { enabled: false },
    })
  })

  it('reads who may embed a deployment', () => {
    expect(v.parse(DeploymentDomains, answerOf('rest-32-deployment-domains.json'))).toMatchObject({
      allowAllDomains: false,
    })
  })
})
