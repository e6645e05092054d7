import * as v from 'valibot'

/** What may be uploaded. `types` are MIME types, with wildcards for any subtype or any type; `maxBytes` is the size of one file. */
export const UploadLimits = v.object({
  types: v.array(v.string()),
  maxBytes: v.number(),
  blockedExtensions: v.array(v.string()),
})
export type UploadLimits = v.InferOutput<typeof UploadLimits>

/**
 * What the page may know of the configuration. `textBytes`: of one message, in UTF-8. `diagnosis`: whether problems come with one. `uploads` is absent where the
 * platform takes none; `markdown`: whether texts are in the platform's Markdown dialect (web-messaging.md §19.3).
 */
export const Config = v.object({
  limits: v.object({ textBytes: v.number(), uploads: v.optional(UploadLimits) }),
  /** What the organisation offers: BCP 47 tags, its own first. Empty where it names none: then all we have. */
  languages: v.array(v.string()),
  features: v.object({ diagnosis: v.boolean(), markdown: v.boolean() }),
  /** `primaryColor` is a CSS hex colour, as the organisation chose it. */
  theme: v.object({ primaryColor: v.optional(v.string()) }),
})
export type Config = v.InferOutput<typeof Config>
