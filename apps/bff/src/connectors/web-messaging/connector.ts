import { webMessagingPaths } from '@foyer/shared/platform/web-messaging/paths'
import type { Capabilities } from '@foyer/shared/protocol/conversation'
import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import { untraced, type Tracing } from '../../telemetry/tracing.ts'
import type { Connector, CredentialSlot, GuestProfile, UpstreamGuest } from '../connector.ts'
import { createHttpClient, type HttpClient } from '../http.ts'
import { createIgnored, type IgnoredMetrics } from '../ignored.ts'
import { createPlatformCalls, outcomeOfStatus, type CallMetrics } from '../platform-calls.ts'
import { changeCredential, WebMessagingCredential } from './credential.ts'
import { createDeploymentReader, type DeploymentFacts } from './deployment.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createMedia } from './media.ts'
import { DEFAULT_LIMITS, Pace, type PlatformLimits } from './pacing.ts'
import { Session } from './session.ts'

/** Where the platform is: three hosts, which may be one origin. */
export interface WebMessagingHosts {
  readonly api: string
  readonly apiCdn: string
  /** `ws:` or `wss:`. */
  readonly webmessaging: string
}

export interface WebMessagingOptions {
  readonly hosts: WebMessagingHosts
  readonly deploymentId: string
  /** Sent as `Origin`, where the deployment restricts who may connect (web-messaging.md §2.1): over the socket, and by HTTP. */
  readonly origin?: string | undefined
  /** Host names pictures may be fetched from, beside the platform's own. */
  readonly mediaHosts?: readonly string[] | undefined
  readonly limits?: PlatformLimits | undefined
  readonly heartbeatMs?: number | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: CallMetrics & IgnoredMetrics
  readonly tracing?: Tracing | undefined
}

/** The real Web Messaging protocol (web-messaging.md): a deployment's id, and a token of our own for each guest. */
export function createWebMessagingConnector(options: WebMessagingOptions): Connector {
  const { hosts, deploymentId, origin, mediaHosts = [], limits = DEFAULT_LIMITS, clock, logger, metrics } = options
  const { tracing = untraced } = options
  const headers = origin === undefined ? {} : { origin }
  const cdn = createHttpClient(hosts.apiCdn, { headers, tracing })
  const api = createHttpClient(hosts.api, { headers, tracing })
  const calls = createPlatformCalls({ connector: 'web-messaging', clock, metrics })
  const ignored = createIgnored('web-messaging', { metrics, logger })
  const counted = (operation: string, http: HttpClient): HttpClient => ({
    ...http,
    request: (request) => calls.run(operation, () => http.request(request), { answered: outcomeOfStatus }),
  })
  const deployment = createDeploymentReader({ http: counted('deployment', cdn), deploymentId, clock })
  const heartbeat = startHeartbeat(options.heartbeatMs)
  const media = createMedia(toMediaHosts(hosts, mediaHosts), ignored)
  const query = new URLSearchParams({ deploymentId, application: 'Foyer' })
  const url = `${hosts.webmessaging}${webMessagingPaths.socket}?${query}`

  const connections = new Pace(clock, limits.connectionsPerMinute, 60_000)
  const linkParts = (token: string) => ({
    ...{ url, origin, heartbeat, ignored, tracing, token, connections, calls },
    pace: new Pace(clock, limits.requestsPerMinute, 60_000),
  })

  function guest(slot: CredentialSlot): UpstreamGuest {
    return {
      async startConversation(profile) {
        const conversationId = randomUUID()
        const attributes = toAttributes(profile)
        await changeCredential(slot, { conversationId, isFresh: true, isJoinDue: false, attributes })
        return conversationId
      },

      openConversation: ({ upstreamConversationId: conversationId, cursor, signal }) =>
        new Session({
          ...{ conversationId, slot, deploymentId, deployment, linkParts, http: counted('history', api), media },
          ...{ limits, clock, logger, ignored, cursor, signal },
        }),

      // The token is ours: nobody has to be told that it will not be used again.
      revoke: async () => undefined,
    }
  }

  return {
    name: 'web-messaging',

    get capabilities() {
      return toCapabilities(deployment.known)
    },

    async admit() {
      const { sessionSeconds } = await deployment.read()
      const issuedAtMs = clock.now()
      const expiresAtMs = issuedAtMs + sessionSeconds * 1000
      return { token: randomUUID(), issuedAtMs, expiresAtMs } satisfies WebMessagingCredential
    },

    describe(credential) {
      const { issuedAtMs, expiresAtMs } = v.parse(WebMessagingCredential, credential)
      const [issuedAt = '', expiresAt = ''] = [issuedAtMs, expiresAtMs].map((ms) => new Date(ms).toISOString())
      return { requested: [], granted: [], missing: [], issuedAt, expiresAt, refreshCount: 0 }
    },

    async readSettings() {
      const { languages, primaryColor, markdown, uploads } = await deployment.read()
      return { languages, primaryColor, markdown, uploads }
    },

    guest,

    async close() {
      heartbeat.stop()
      await Promise.all([cdn.close(), api.close(), media.close()])
    },
  }
}

/** Until the deployment was read for the first time, what all of them can do. */
function toCapabilities(facts: DeploymentFacts | undefined): Capabilities {
  return {
    typing: facts?.showsUserTyping ?? false,
    attachments: facts?.uploads !== undefined,
    structuredContent: true,
    clear: facts?.canClear ?? false,
    end: true,
    history: true,
    readReceipts: false,
    presence: false,
  }
}

/** What the guest told goes as custom attributes, which is all the protocol has for it (§15). */
function toAttributes({ name, locale, attributes }: GuestProfile): Record<string, string> | undefined {
  const all = {
    ...attributes,
    ...(name === undefined ? {} : { name }),
    ...(locale === undefined ? {} : { language: locale.toLowerCase() }),
  }
  return Object.keys(all).length > 0 ? all : undefined
}

function toMediaHosts({ api, apiCdn, webmessaging }: WebMessagingHosts, extra: readonly string[]) {
  const isOne = new URL(api).host === new URL(apiCdn).host
  // One origin for all stands for a simulator or a proxy, and is asked as it is; else the region's domain is.
  if (isOne) return { origins: [new URL(api).origin], domains: extra }
  const domain = new URL(webmessaging).hostname.replace(/^webmessaging\./, '')
  return { origins: [], domains: [domain, ...extra] }
}
