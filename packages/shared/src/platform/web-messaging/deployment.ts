import * as v from 'valibot'

const Switch = (fallback = false) =>
  v.optional(v.object({ enabled: v.optional(v.boolean(), fallback) }), { enabled: fallback })

/** What a deployment offers a conversation (§19.2); every switch has the default it takes when absent. */
const Conversations = v.object({
  messagingEndpoint: v.optional(v.string()),
  enabled: v.optional(v.boolean(), true),
  showAgentTypingIndicator: v.optional(v.boolean(), false),
  showUserTypingIndicator: v.optional(v.boolean(), false),
  autoStart: Switch(),
  conversationDisconnect: v.optional(
    v.object({
      enabled: v.optional(v.boolean(), false),
      type: v.optional(v.picklist(['ReadOnly', 'Send']), 'Send'),
    }),
    {},
  ),
  conversationClear: Switch(),
  markdown: Switch(),
  humanize: v.optional(
    v.object({
      enabled: v.optional(v.boolean(), false),
      bot: v.nullish(v.object({ name: v.nullish(v.string()), avatarUrl: v.nullish(v.string()) })),
    }),
    {},
  ),
  sessionDurationSeconds: v.nullish(v.number()),
})

/** `config.json` of a deployment (§19.2), as far as a guest's chat depends on it. */
export const DeploymentConfiguration = v.object({
  id: v.string(),
  version: v.union([v.string(), v.number()]),
  languages: v.optional(v.array(v.string()), []),
  defaultLanguage: v.optional(v.string(), 'en-us'),
  apiEndpoint: v.optional(v.string()),
  status: v.optional(v.string(), 'Active'),
  messenger: v.object({
    enabled: v.optional(v.boolean(), true),
    apps: v.optional(v.object({ conversations: v.optional(Conversations, {}) }), {}),
    styles: v.optional(v.object({ primaryColor: v.optional(v.string()) }), {}),
    fileUpload: v.optional(
      v.object({
        enableAttachments: v.nullish(v.boolean()),
        modes: v.optional(v.array(v.object({ fileTypes: v.array(v.string()), maxFileSizeKB: v.number() })), []),
      }),
      {},
    ),
  }),
  auth: v.optional(
    v.object({
      enabled: v.optional(v.boolean(), false),
      allowSessionUpgrade: v.optional(v.boolean(), false),
    }),
    {},
  ),
})
export type DeploymentConfiguration = v.InferOutput<typeof DeploymentConfiguration>

/** `domains.json`: who may embed the deployment (§19.4). */
export const DeploymentDomains = v.object({
  allowAllDomains: v.boolean(),
  allowedDomains: v.optional(v.array(v.string()), []),
})
export type DeploymentDomains = v.InferOutput<typeof DeploymentDomains>
