import { routes } from '@foyer/shared/protocol/routes'
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { readBuiltPage } from './built-page.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Connector, CredentialSlot } from './connectors/connector.ts'
import { unlessAborted } from './connectors/deadline.ts'
import { giveBack } from './conversations/give-back.ts'
import { createRelay, type Relay } from './conversations/relay.ts'
import { createEventLog } from './event-log/create-event-log.ts'
import { REPORTS_PATH } from './csp-report.ts'
import { drain } from './drain.ts'
import { createEndSession } from './end-session.ts'
import { startEventLoopDelay } from './event-loop-delay.ts'
import { startHousekeeping, type SessionStanding } from './housekeeping.ts'
import { formsIn } from './forms.ts'
import { createClientAddress } from './middleware/client-address.ts'
import { createLoadShedding } from './middleware/load-shedding.ts'
import { createMessageLimit } from './middleware/message-limit.ts'
import { createKnownHost } from './middleware/known-host.ts'
import { createRefuseHead, refuseOtherMethods } from './middleware/known-methods.ts'
import { createObserveRequest, nameSession } from './middleware/observe-request.ts'
import { createBodilessMethods } from './middleware/refuse-body.ts'
import { createRequestId } from './middleware/request-id.ts'
import { createRequestLimits } from './middleware/request-limits.ts'
import { createReportOrigin, createSameOrigin } from './middleware/same-origin.ts'
import { createSecurityHeaders, frameAncestorsOf, securityHeadersOf } from './middleware/security-headers.ts'
import { createReadSession, createSessionCookie } from './middleware/session-cookie.ts'
import { answerNotFound, createErrorHandler } from './problems.ts'
import { createPageLanguages } from './page-languages.ts'
import { createReadiness } from './readiness.ts'
import { createAdminRoutes } from './routes/admin.ts'
import { createAttachmentRoutes } from './routes/attachments.ts'
import { createConfigRoutes } from './routes/config.ts'
import { createConversationRoutes } from './routes/conversations.ts'
import { createCspReportRoutes } from './routes/csp-reports.ts'
import { EventStreams } from './routes/event-streams.ts'
import { createEventRoutes } from './routes/events.ts'
import { createFormRoutes } from './routes/forms.ts'
import { createGrantRoutes } from './routes/grant.ts'
import { createHealthRoutes } from './routes/health.ts'
import { createMessageRoutes } from './routes/messages.ts'
import { createPageRoutes } from './routes/page.ts'
import { createSessionRoutes } from './routes/session.ts'
import { createTranscriptRoutes } from './routes/transcript.ts'
import { giveBackUnkept } from './sessions/give-back-unkept.ts'
import { rememberSessions } from './sessions/remember-sessions.ts'
import type { StoredCredential } from './sessions/session-store.ts'
import type { Stores } from './stores/open-stores.ts'
import { startResealing } from './stores/start-resealing.ts'
import { createStoreUsable } from './stores/store-usable.ts'
import { observeEventLog } from './telemetry/observe-event-log.ts'
import type { Telemetry } from './telemetry/start-telemetry.ts'

export interface AppParts {
  readonly config: Pick<
    Config,
    | 'publicUrl'
    | 'embedOrigins'
    | 'cookieReach'
    | 'trustedProxies'
    | 'showDiagnosis'
    | 'lifetimes'
    | 'retention'
    | 'limits'
    | 'pageFolder'
    | 'forms'
  >
  readonly connector: Connector
  readonly clock: Clock
  readonly stores: Stores
  readonly telemetry: Pick<Telemetry, 'metrics' | 'registry' | 'tracing' | 'loggers'>
}

interface AppEnv {
  Bindings: HttpBindings
}

export interface App {
  readonly http: Hono<AppEnv>
  /** What the admin port serves. */
  readonly admin: Hono
  readonly relay: Relay
  /** From now on not ready, and closed to newcomers. */
  startDraining(): void
  /** Ends the streams, and lets what is on its way to the platform arrive, for so long at most. */
  drain(withinMs: number): Promise<void>
  /** Lets go of the platform, then of the store. */
  close(): Promise<void>
}

/** How long a scrape waits for the store. */
const MEASURE_MS = 1_000

/** Makes every part once and puts them together. */
export function createApp({ config, connector, clock, stores, telemetry }: AppParts): App {
  const { metrics, registry, tracing, loggers } = telemetry
  const { showDiagnosis, lifetimes, retention, limits } = config
  const kept = giveBackUnkept(stores.sessions, (credential) =>
    giveBack(connector.guest(slotOf(credential)), loggers('sessions')),
  )
  const sessions = rememberSessions(kept, loggers('sessions'))
  const log = observeEventLog(createEventLog(stores.events, clock), {
    ...{ metrics, tracing, logger: loggers('event-log') },
  })
  const streams = new EventStreams({ limits: limits.streams, metrics, logger: loggers('events') })
  const closeStreams = (sessionId: string) => streams.closeSession(sessionId)

  const credentialOf = (sessionId: string): CredentialSlot => ({
    read: () => sessions.readCredential(sessionId),
    write: (credential) => sessions.writeCredential(sessionId, credential),
  })
  const relay = createRelay({
    connector,
    log,
    store: stores.conversations,
    clock,
    credentialOf,
    showDiagnosis,
    ...{ metrics, tracing, logger: loggers('conversations') },
  })
  const endSession = createEndSession({ ...{ sessions, relay, logger: loggers('sessions') }, closeStreams })
  const stopHousekeeping = startHousekeeping({
    ...{ sessions, relay, log, clock, lifetimes, retention, logger: loggers('housekeeping') },
    isEnding: endSession.isUnderWay,
    tell: (sessionId, standing) => tellStanding(streams, clock, sessionId, standing),
  })
  const stopResealing = startResealing(stores, clock, loggers('storage'))

  let isDraining = false
  const loop = startEventLoopDelay()
  const isReady = createReadiness({
    isDraining: () => isDraining,
    isStoreUsable: createStoreUsable(stores, clock),
    longestDelayMs: () => loop.longestMs(),
    logger: loggers('health'),
  })
  const addressOf = createClientAddress(config.trustedProxies)
  const limit = createRequestLimits({ limits: limits.requests, addressOf, metrics })
  const shed = createLoadShedding({
    ...{ limits: limits.load, isDraining: () => isDraining, delayMs: () => loop.meanMs(), metrics },
  })
  const limitMessages = createMessageLimit({ limit: limit.messages, log })

  const readSettings = readSettingsOf(connector)
  const describeGrant = (credential: StoredCredential) => ({
    ...{ connector: connector.name, ...connector.describe(credential) },
  })
  const frameAncestors = frameAncestorsOf(config.embedOrigins)
  const headers = securityHeadersOf(frameAncestors)
  const publicOrigin = new URL(config.publicUrl).origin
  const http = new Hono<AppEnv>()
  http
    .use(createRequestId())
    .use(createObserveRequest({ metrics, tracing, clock, logger: loggers('http') }))
    .use(createSecurityHeaders(headers))
    .use(createKnownHost(config.publicUrl))
    .use(createBodilessMethods())
    .use('/api/*', createSameOrigin(publicOrigin))
    .use('/api/*', limit.address)
    .use('/api/*', createReadSession({ sessions, clock, lifetimes }))
    .use('/api/*', nameSession)
    .use('/api/*', limit.session)
    .use(
      '/api/*',
      createRefuseHead(() => http.routes),
    )
    .on('POST', REPORTS_PATH, limit.cspReports, createReportOrigin(publicOrigin))
    .on('POST', routes.startSession.path, shed.newSession, limit.newSession)
    .on('POST', routes.openConversation.path, limit.conversations)
    .on('POST', routes.setTyping.path, limit.typing)
    .on('POST', routes.uploadAttachment.path, limit.uploads)
    .on('GET', routes.followEvents.path, shed.newStream, limit.streams)
    .route('/', createConfigRoutes({ showDiagnosis, readSettings }))
    .route(
      '/',
      createSessionRoutes({
        ...{ sessions, relay, clock, lifetimes },
        cookie: createSessionCookie(config.cookieReach, lifetimes.absoluteMs),
        admit: () => connector.admit(),
        end: endSession.end,
      }),
    )
    .route('/', createConversationRoutes({ sessions, relay, clock }))
    .route('/', createAttachmentRoutes({ sessions, relay, clock, frameAncestors }))
    .route('/', createMessageRoutes({ sessions, relay, log, clock, limitMessages }))
    .route(
      '/',
      createFormRoutes({ relay, logger: loggers('forms'), formsIn: (locale) => formsIn(config.forms, locale) }),
    )
    .route('/', createTranscriptRoutes({ relay, log, frameAncestors, logger: loggers('transcripts') }))
    .route('/', createEventRoutes({ relay, log, streams, clock, addressOf, headers }))
    .route('/', createHealthRoutes(isReady))
    .route('/', createCspReportRoutes({ publicOrigin, logger: loggers('csp-reports') }))
    .route(
      '/',
      createPageRoutes({
        page: readBuiltPage(config.pageFolder, frameAncestors),
        readLanguages: createPageLanguages({ readSettings, clock }),
      }),
    )
  if (showDiagnosis) http.route('/', createGrantRoutes({ sessions, describeGrant }))
  refuseOtherMethods(http, http.routes)
  http.onError(createErrorHandler({ logger: loggers('http'), showDiagnosis })).notFound(answerNotFound)

  /** A store in trouble hides nothing else: what is asked of it stays as it was. */
  async function measure(): Promise<void> {
    metrics.upstreamSessions.set(relay.openCount)
    const pending = await unlessAborted(log.pending(), AbortSignal.timeout(MEASURE_MS)).catch(() => undefined)
    if (!pending) return
    const { count, oldestAtMs } = pending
    metrics.messagesPending.set(count)
    metrics.messagePendingOldest.set(oldestAtMs === undefined ? 0 : Math.max(0, clock.now() - oldestAtMs) / 1_000)
  }

  return {
    http,
    admin: createAdminRoutes({ registry, measure, isReady }),
    relay,
    startDraining: () => void (isDraining = true),
    drain: (withinMs) => drain({ streams, relay, clock }, withinMs),
    async close() {
      isDraining = true
      stopHousekeeping()
      stopResealing()
      loop.stop()
      streams.close()
      await relay.close()
      stores.close()
    },
  }
}

/** Of somebody who has no session: a credential that is renewed meanwhile is kept nowhere. */
function slotOf(credential: StoredCredential): CredentialSlot {
  return { read: async () => credential, write: async () => undefined }
}

/** Without the platform's word in the type: routes do not see a connector. */
function readSettingsOf(connector: Connector) {
  return async () => {
    const settings = await connector.readSettings?.()
    return settings && { ...settings, languages: [...settings.languages] }
  }
}

/** To the tabs that are open; the last word of a session that is over. */
function tellStanding(streams: EventStreams, clock: Clock, sessionId: string, standing: SessionStanding): void {
  const more =
    standing.state === 'expiring'
      ? { expiresAt: new Date(standing.expiresAtMs).toISOString(), extendable: standing.extendable }
      : {}
  const event = { seq: 0, at: new Date(clock.now()).toISOString(), type: 'session', state: standing.state, ...more }
  const frame = `event: session\ndata: ${JSON.stringify(event)}\n\n`
  if (standing.state === 'expired') streams.closeSession(sessionId, frame)
  else streams.tellSession(sessionId, frame)
}
