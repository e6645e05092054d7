import * as v from 'valibot'

export const TranscriptFormat = v.picklist(['txt', 'html', 'json'])
export type TranscriptFormat = v.InferOutput<typeof TranscriptFormat>

/**
 * Query of the download. `timeZone`: an IANA name all times are written in; JSON has them in UTC anyway. `locale`: a BCP 47
 * tag, of the language it is written in; the session's where it is absent.
 */
export const TranscriptQuery = v.strictObject({
  format: v.optional(TranscriptFormat, 'txt'),
  timeZone: v.optional(
    v.pipe(v.string(), v.maxLength(64), v.check(isTimeZone, 'must be an IANA time zone such as Europe/Berlin')),
    'UTC',
  ),
  locale: v.optional(v.pipe(v.string(), v.maxLength(35))),
})

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch {
    return false // RangeError: there is no such zone.
  }
}
