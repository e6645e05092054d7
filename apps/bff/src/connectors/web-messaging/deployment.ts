import { DeploymentConfiguration } from '@foyer/shared/platform/web-messaging/deployment'
import { webMessagingPaths } from '@foyer/shared/platform/web-messaging/paths'
import type { UploadLimits } from '@foyer/shared/protocol/config'
import * as v from 'valibot'
import type { Clock } from '../../clock.ts'
import { NoAnswerError, type HttpClient } from '../http.ts'
import { UpstreamError } from '../upstream-error.ts'
import { refusalOf, silenceOf } from './error-codes.ts'

/** What a deployment's configuration means for a conversation (web-messaging.md §19.2). */
export interface DeploymentFacts {
  /** BCP 47 tags, the default first. */
  readonly languages: readonly string[]
  readonly primaryColor: string | undefined
  readonly markdown: boolean
  readonly showsUserTyping: boolean
  readonly startsByItself: boolean
  readonly canClear: boolean
  readonly sessionSeconds: number
  /** How its bot is presented; absent where names are not told. */
  readonly bot: { readonly name: string | undefined; readonly image: string | undefined } | undefined
  /** Absent: no files. A session's own answer refines it (§14.1). */
  readonly uploads: UploadLimits | undefined
}

/** How long a configuration is believed. */
const FRESH_MS = 10 * 60_000
const DEFAULT_SESSION_SECONDS = 259_200
const HEX_COLOR = /^#[0-9a-f]{3,8}$/i
const LANGUAGE = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i

export interface DeploymentParts {
  /** Towards the host that serves `config.json`. */
  readonly http: HttpClient
  readonly deploymentId: string
  readonly clock: Clock
}

/** Reads the configuration, once for all who ask at a time; while a new one cannot be had, the old one serves on. */
export function createDeploymentReader({ http, deploymentId, clock }: DeploymentParts) {
  let known: { readonly facts: DeploymentFacts; readonly atMs: number } | undefined
  let underWay: Promise<DeploymentFacts> | undefined

  async function fetch(): Promise<DeploymentFacts> {
    try {
      const { status, body } = await http.request({
        method: 'GET',
        path: webMessagingPaths.configuration(deploymentId),
      })
      if (status !== 200) throw refusalOf('deployment', status)
      const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), DeploymentConfiguration), body)
      if (!parsed.success) throw refusalOf('deployment', 500)
      const facts = toFacts(parsed.output)
      if (!facts) throw refusalOf('deployment', 403)
      known = { facts, atMs: clock.monotonic() }
      return facts
    } catch (error) {
      if (error instanceof NoAnswerError) throw silenceOf('deployment', error.code, error.sent ? 'unknown' : 'not-sent')
      throw error
    }
  }

  return {
    /** What was read last, however long ago. */
    get known(): DeploymentFacts | undefined {
      return known?.facts
    },

    /** Throws UpstreamError: `deployment-refused` where there is none, or it is not active. */
    async read(): Promise<DeploymentFacts> {
      if (known && clock.monotonic() - known.atMs < FRESH_MS) return known.facts
      underWay ??= fetch().finally(() => (underWay = undefined))
      const old = known?.facts
      return old ? underWay.catch((error: unknown) => keepUnlessRefused(old, error)) : underWay
    },
  }
}
export type DeploymentReader = ReturnType<typeof createDeploymentReader>

/** A failure passes; a deployment that was switched off or deleted is not kept open by what was known of it. */
function keepUnlessRefused(old: DeploymentFacts, error: unknown): DeploymentFacts {
  if (error instanceof UpstreamError && error.code === 'deployment-refused') throw error
  return old
}

/** Undefined for a deployment that takes no guests. */
function toFacts({
  status,
  messenger,
  languages,
  defaultLanguage,
}: DeploymentConfiguration): DeploymentFacts | undefined {
  const { conversations } = messenger.apps
  if (status.toLowerCase() !== 'active' || !messenger.enabled || !conversations.enabled) return undefined
  const { primaryColor } = messenger.styles
  const { enabled: isHumanized, bot } = conversations.humanize
  const tags = [defaultLanguage, ...languages].filter((tag) => LANGUAGE.test(tag))
  return {
    languages: [...new Set(tags)],
    primaryColor: primaryColor !== undefined && HEX_COLOR.test(primaryColor) ? primaryColor : undefined,
    markdown: conversations.markdown.enabled,
    showsUserTyping: conversations.showUserTypingIndicator,
    startsByItself: conversations.autoStart.enabled,
    canClear: conversations.conversationClear.enabled,
    sessionSeconds: conversations.sessionDurationSeconds ?? DEFAULT_SESSION_SECONDS,
    bot: isHumanized ? { name: bot?.name ?? undefined, image: bot?.avatarUrl ?? undefined } : undefined,
    uploads: toUploads(messenger.fileUpload),
  }
}

/** §14.1: a deployment of today says yes or no; an older one lists what it takes. */
function toUploads({
  enableAttachments,
  modes,
}: DeploymentConfiguration['messenger']['fileUpload']): UploadLimits | undefined {
  const types = modes.flatMap(({ fileTypes }) => fileTypes)
  const maxBytes = Math.max(0, ...modes.map(({ maxFileSizeKB }) => maxFileSizeKB)) * 1000
  if (enableAttachments === false) return undefined
  if (types.length > 0 && maxBytes > 0) return { types, maxBytes, blockedExtensions: [] }
  return enableAttachments === true ? { types: ['*/*'], maxBytes: DEFAULT_MAX_BYTES, blockedExtensions: [] } : undefined
}

/** §14: what the platform takes where a deployment says no more than that it takes files. */
const DEFAULT_MAX_BYTES = 10_000_000
