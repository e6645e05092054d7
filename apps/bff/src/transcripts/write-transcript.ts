import type { TranscriptFormat } from '@foyer/shared/protocol/transcript'
import { entryLines } from './entry-lines.ts'
import type { TranscriptEntry } from './transcript.ts'
import type { TranscriptLanguage } from './transcript-words.ts'

export interface TranscriptParts {
  readonly conversationId: string
  readonly startedAt: string
  readonly entries: AsyncIterable<TranscriptEntry>
  readonly language: TranscriptLanguage
}

/** The file, piece by piece, as the log gives it. */
export const writeTranscript: Record<TranscriptFormat, (parts: TranscriptParts) => AsyncGenerator<string>> = {
  txt: writeText,
  html: writeHtml,
  json: writeJson,
}

async function* writeText({ startedAt, entries, language }: TranscriptParts): AsyncGenerator<string> {
  const { words, time, timeZone } = language
  yield `${words.title}, ${time(startedAt)}\n${words.times}: ${timeZone}\n\n`
  for await (const entry of entries) {
    const told = entryLines(entry, language)
    if (!told) continue
    const { who, lines } = told
    yield `[${printable(time(entry.at))}] ${who === undefined ? `* ${printable(lines.join(' '))}` : said(who, lines)}\n`
  }
}

/** What was said in several lines stays readable, and cannot pass for a line of another. */
function said(who: string, lines: readonly string[]): string {
  return `${printable(who)}: ${lines.map(printable).join('\n    ')}`
}

/** Without control characters, and without those that turn the reading direction of what follows. */
const printable = (text: string) => text.replace(/(?!\t)[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, '')

const STYLE =
  'body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}' +
  'li{margin:.75rem 0;list-style:none;break-inside:avoid}ol{padding:0}time{color:#555;font-size:.8125rem}' +
  'p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}'

async function* writeHtml({ startedAt, entries, language }: TranscriptParts): AsyncGenerator<string> {
  const { words, time, timeZone, direction } = language
  const title = `${escape(words.title)}, ${escape(time(startedAt))}`
  yield `<!doctype html>\n<html lang="${language.language}" dir="${direction}"><head><meta charset="utf-8">`
  // Opened from a disk there is no header: the file carries its own policy.
  yield `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`
  yield `<meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head>\n`
  yield `<body><h1>${title}</h1><p>${escape(words.times)}: ${escape(timeZone)}</p>\n<ol>\n`
  for await (const entry of entries) {
    const told = entryLines(entry, language)
    if (!told) continue
    const who = told.who === undefined ? '' : `<bdi><strong>${escape(told.who)}</strong></bdi> `
    const at = `<time datetime="${escape(entry.at)}">${escape(time(entry.at))}</time>`
    yield `<li>${who}${at}<p dir="auto">${told.lines.map(escape).join('\n')}</p></li>\n`
  }
  yield '</ol></body></html>\n'
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escape = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

async function* writeJson({ conversationId, startedAt, entries }: TranscriptParts): AsyncGenerator<string> {
  yield `{"conversationId":${JSON.stringify(conversationId)},"startedAt":${JSON.stringify(startedAt)},"entries":[`
  let isFirst = true
  for await (const entry of entries) {
    yield `${isFirst ? '' : ','}\n${JSON.stringify(entry)}`
    isFirst = false
  }
  yield '\n]}\n'
}
