import { readdirSync, readFileSync } from 'node:fs'
import * as v from 'valibot'

const Exchange = v.looseObject({
  _about: v.object({ title: v.string(), status: v.string(), source: v.string() }),
  request: v.optional(
    v.looseObject({
      method: v.string(),
      path: v.string(),
      headers: v.optional(v.record(v.string(), v.string()), {}),
      body: v.optional(v.unknown()),
      form: v.optional(v.string()),
    }),
  ),
  response: v.optional(
    v.looseObject({
      status: v.number(),
      headers: v.optional(v.record(v.string(), v.string()), {}),
      body: v.optional(v.unknown()),
      text: v.optional(v.string()),
    }),
  ),
})
export type Exchange = v.InferOutput<typeof Exchange> & { file: string }
type Contract = 'guest-api' | 'web-messaging'

const folder = new URL('./samples/', import.meta.url)

/** The recorded or documented exchanges of the guest API, in the order of their numbers. For tests only. */
export function readSamples(contract: 'guest-api'): Exchange[] {
  return sampleNames(contract).map((file) => ({ file, ...v.parse(Exchange, readSample(contract, file)) }))
}

/** File names of a contract's samples, in the order of their numbers. For tests only. */
export function sampleNames(contract: Contract): string[] {
  return readdirSync(new URL(`${contract}/`, folder))
    .filter((file) => file.endsWith('.json'))
    .sort()
}

/** One file of samples, as it stands. For tests only. */
export function readSample(contract: Contract, file: string): unknown {
  return JSON.parse(readFileSync(new URL(`${contract}/${file}`, folder), 'utf8'))
}
