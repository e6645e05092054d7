import { localeOf } from './locale.ts'
import { words } from './words.ts'

const locale = () => localeOf(words.language)

const formats = {
  time: dateFormat({ hour: 'numeric', minute: '2-digit' }),
  full: dateFormat({ dateStyle: 'long', timeStyle: 'short' }),
}

export const toTime = (at: string) => formats.time().format(new Date(at))
export const toFullTime = (at: string) => formats.full().format(new Date(at))

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** Bytes as people write them. */
export function toFileSize(bytes: number): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const unitDisplay = step === 0 ? 'long' : 'short' // The short form knows one byte only.
  const format = { style: 'unit', unit: UNITS[step] ?? 'byte', unitDisplay, maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(locale(), format).format(bytes / 1000 ** step)
}

export const toNumber = (count: number) => new Intl.NumberFormat(locale()).format(count)

/** How long it takes still: "in 5 sec.". */
export const inSeconds = (seconds: number) =>
  new Intl.RelativeTimeFormat(locale(), { style: 'short' }).format(seconds, 'second')

/** A share from 0 to 1. */
export const toPercent = (share: number) => new Intl.NumberFormat(locale(), { style: 'percent' }).format(share)

/** Things one after another, as a sentence has them: "a, b, and c". */
export const toList = (items: readonly string[]) => new Intl.ListFormat(locale(), { type: 'conjunction' }).format(items)

/** Making a format costs far more than using it, and the build that draws the page has no guest. */
export function dateFormat(options: Intl.DateTimeFormatOptions): () => Intl.DateTimeFormat {
  let format: Intl.DateTimeFormat | undefined
  let language = ''
  return () => {
    if (!format || language !== words.language) format = new Intl.DateTimeFormat(locale(), options)
    language = words.language
    return format
  }
}
