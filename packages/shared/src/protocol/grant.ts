import * as v from 'valibot'
import { Instant } from './identifiers.ts'

/** What the platform allows this guest, and until when. Never a token. */
export const Grant = v.object({
  connector: v.string(),
  requested: v.array(v.string()),
  granted: v.array(v.string()),
  missing: v.array(v.string()),
  issuedAt: Instant,
  expiresAt: Instant,
  refreshCount: v.number(),
})
export type Grant = v.InferOutput<typeof Grant>
