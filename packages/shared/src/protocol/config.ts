import * as v from 'valibot'

/** What the page may know of the configuration. `diagnosis`: whether problems come with one. */
export const Config = v.object({
  limits: v.object({ textCharacters: v.number() }),
  languages: v.array(v.string()),
  features: v.object({ diagnosis: v.boolean() }),
})
export type Config = v.InferOutput<typeof Config>
