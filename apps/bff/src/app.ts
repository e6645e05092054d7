import { routes } from '@foyer/shared/protocol/routes'
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { readBuiltPage } from './built-page.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Connector, CredentialSlot } from './connectors/connector.ts'
import { createRelay, type Relay } from './conversations/relay.ts'
import { createSqliteConversationStore } from './conversations/sqlite-conversation-store.ts'
import { createSqliteEventLog } from './event-log/sqlite-event-log.ts'
import { startHousekeeping } from './housekeeping.ts'
import type { Logger } from './logger.ts'
import { createRequestId } from './middleware/request-id.ts'
import { createSameOrigin } from './middleware/same-origin.ts'
import { createSecurityHeaders } from './middleware/security-headers.ts'
import { createSessionCookie } from './middleware/session-cookie.ts'
import { answerNotFound, createErrorHandler, refuseOtherMethods } from './problems.ts'
import { createAttachmentRoutes } from './routes/attachments.ts'
import { createConfigRoutes } from './routes/config.ts'
import { createConversationRoutes } from './routes/conversations.ts'
import { EventStreams } from './routes/event-streams.ts'
import { createEventRoutes } from './routes/events.ts'
import { createHealthRoutes } from './routes/health.ts'
import { createMessageRoutes } from './routes/messages.ts'
import { createPageRoutes } from './routes/page.ts'
import { createSessionRoutes } from './routes/session.ts'
import { createSqliteSessionStore } from './sessions/sqlite-session-store.ts'
import { createSealer } from './storage/sealing.ts'
import { openSqlite } from './storage/sqlite.ts'
import type { StoreError } from './storage/store-error.ts'

export interface AppParts {
  readonly config: Pick<
    Config,
    'publicUrl' | 'store' | 'secrets' | 'showDiagnosis' | 'lifetimes' | 'retention' | 'pageFolder'
  >
  readonly connector: Connector
  readonly clock: Clock
  readonly loggers: (room: string) => Logger
}

interface AppEnv {
  Bindings: HttpBindings
}

export interface App {
  readonly http: Hono<AppEnv>
  readonly relay: Relay
  /** Says no to newcomers, ends the streams, lets go of the platform, then of the store. */
  close(): Promise<void>
}

/** Makes every part once and puts them together. */
export function createApp({ config, connector, clock, loggers }: AppParts): App {
  const { showDiagnosis, lifetimes, retention } = config
  const sqlite = openSqlite(config.store, { committed: noteFailures(loggers('storage')) })
  const sealer = createSealer(config.secrets)
  const sessions = createSqliteSessionStore({ sqlite, sealer, logger: loggers('sessions') })
  const log = createSqliteEventLog({ sqlite, sealer, clock })
  const store = createSqliteConversationStore(sqlite, sealer)
  const streams = new EventStreams()

  const credentialOf = (sessionId: string): CredentialSlot => ({
    read: () => sessions.readCredential(sessionId),
    write: (credential) => sessions.writeCredential(sessionId, credential),
  })
  const relay = createRelay({
    connector,
    log,
    store,
    clock,
    credentialOf,
    showDiagnosis,
    logger: loggers('conversations'),
  })
  const stopHousekeeping = startHousekeeping({
    ...{ sessions, relay, log, clock, lifetimes, retention, logger: loggers('housekeeping') },
    expired: (sessionId) => streams.closeSession(sessionId, expiredFrame(clock)),
  })

  let isReady = true
  const http = new Hono<AppEnv>()
  http
    .use(createRequestId())
    .use(createSecurityHeaders())
    .use('/api/*', createSameOrigin(new URL(config.publicUrl).origin))
    .use('/api/*', createSessionCookie({ sessions, clock, lifetimes }))
    .route('/', createConfigRoutes({ showDiagnosis, readSettings: readSettingsOf(connector) }))
    .route(
      '/',
      createSessionRoutes({
        ...{ sessions, relay, clock, lifetimes },
        admit: () => connector.admit(),
        describeGrant: (credential) => ({ connector: connector.name, ...connector.describe(credential) }),
        closeStreams: (sessionId) => streams.closeSession(sessionId),
      }),
    )
    .route('/', createConversationRoutes({ sessions, relay, clock }))
    .route('/', createAttachmentRoutes({ sessions, relay, clock }))
    .route('/', createMessageRoutes({ sessions, relay, log, clock }))
    .route('/', createEventRoutes({ relay, log, streams, clock, logger: loggers('events') }))
    .route(
      '/',
      createHealthRoutes(() => isReady && sqlite.failure === undefined),
    )
    .route('/', createPageRoutes(readBuiltPage(config.pageFolder)))
  refuseOtherMethods(http, Object.values(routes))
  http.onError(createErrorHandler({ logger: loggers('http'), showDiagnosis })).notFound(answerNotFound)

  return {
    http,
    relay,
    async close() {
      isReady = false
      stopHousekeeping()
      streams.close()
      await relay.close()
      sqlite.close()
    },
  }
}

/** Each kind of trouble once, and its end: a full disk is met by every write. */
function noteFailures(logger: Logger) {
  let known: string | undefined
  return ({ error }: { error?: StoreError | undefined }) => {
    if (error?.code === known) return
    known = error?.code
    if (error) logger.error({ event: 'store-failed', code: error.code, err: error })
    else logger.info({ event: 'store-recovered' })
  }
}

/** Without the platform's word in the type: routes do not see a connector. */
function readSettingsOf(connector: Connector) {
  return async () => {
    const settings = await connector.readSettings?.()
    return settings && { ...settings, languages: [...settings.languages] }
  }
}

function expiredFrame(clock: Clock): string {
  const event = { seq: 0, at: new Date(clock.now()).toISOString(), type: 'session', state: 'expired' }
  return `event: session\ndata: ${JSON.stringify(event)}\n\n`
}
