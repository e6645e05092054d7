import type { Context } from 'hono'
import * as v from 'valibot'

type Status = 400 | 403 | 404 | 409 | 415 | 500

/** A refusal of the control API: what is wrong, and where in the request. */
export class ControlRefusal extends Error {
  readonly status: Status
  readonly code: string
  readonly where: string | null

  constructor(status: Status, code: string, message: string, where: string | null = null) {
    super(message)
    this.name = 'ControlRefusal'
    this.status = status
    this.code = code
    this.where = where
  }
}

/** The body, checked. Throws ControlRefusal. An empty body counts as an empty object. */
export async function readControlBody<Schema extends v.GenericSchema>(
  context: Context,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  return parseControl(schema, await readJson(context), 'body')
}

/** Throws ControlRefusal that says where in `place` the mistake is. */
export function parseControl<Schema extends v.GenericSchema>(schema: Schema, value: unknown, place: string) {
  const parsed = v.safeParse(schema, value)
  if (parsed.success) return parsed.output
  throw toRefusal(parsed.issues[0], place)
}

export function toRefusal(issue: v.BaseIssue<unknown>, place: string): ControlRefusal {
  const path = v.getDotPath(issue)
  return new ControlRefusal(400, 'invalid_value', issue.message, path === null ? place : `${place}.${path}`)
}

async function readJson({ req }: Context): Promise<unknown> {
  const text = await req.text()
  if (text === '') return {}
  // A page of another origin can send text without asking first, JSON it cannot (Fetch standard, CORS-safelisted).
  if (!(req.header('content-type') ?? '').startsWith('application/json')) {
    throw new ControlRefusal(
      415,
      'unsupported_media_type',
      'The body must be application/json.',
      'headers.content-type',
    )
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ControlRefusal(400, 'invalid_json', error instanceof Error ? error.message : 'not JSON', 'body')
  }
}
