import * as v from 'valibot'
import { CSP_DIRECTIVES } from './telemetry/security-events.ts'

/** Where browsers tell of what the page's policy kept from happening (S28). Not below `/api`: they send no header of ours. */
export const REPORTS_PATH = '/csp-reports'
/** The header that gives `report-to` its address (Reporting API §3.3). */
export const REPORTING_ENDPOINTS = `csp="${REPORTS_PATH}"`
/** A browser that knows `report-to` passes over the other (CSP3 §6.5.1). */
export const REPORT_DIRECTIVES = `report-to csp; report-uri ${REPORTS_PATH}`

/** What is read of a report: neither its sample nor its referrer, which may hold a word of a guest. */
const Report = v.object({
  documentURL: v.string(),
  effectiveDirective: v.string(),
  blockedURL: v.nullish(v.string(), ''),
  disposition: v.picklist(['enforce', 'report']),
})

/** `application/reports+json`: a list, in which browsers may put reports of other kinds (Reporting API §3.4). */
const Reports = v.pipe(
  v.array(
    v.union([
      v.object({ type: v.literal('csp-violation'), body: Report }),
      v.object({ type: v.pipe(v.string(), v.notValue('csp-violation')) }),
    ]),
  ),
  v.transform((reports) => reports.flatMap((report) => ('body' in report ? [report.body] : []))),
)

/** `application/csp-report`: one, under the names it has for `report-uri` (CSP3 §5.3). */
const LegacyReport = v.pipe(
  v.object({
    'csp-report': v.object({
      'document-uri': v.string(),
      'effective-directive': v.string(),
      'blocked-uri': v.optional(v.string(), ''),
      disposition: v.optional(v.picklist(['enforce', 'report']), 'enforce'),
    }),
  }),
  v.transform(({ 'csp-report': report }) => [
    {
      documentURL: report['document-uri'],
      effectiveDirective: report['effective-directive'],
      blockedURL: report['blocked-uri'],
      disposition: report.disposition,
    },
  ]),
)

export const CspReports = v.union([Reports, LegacyReport])

export interface CspViolation {
  readonly directive: string
  readonly disposition: 'enforce' | 'report'
  /** An origin, `self`, a scheme, or a keyword such as `inline`. */
  readonly blocked: string
}

/** More of one body nobody reads. */
const MOST_VIOLATIONS = 20

/** What may be told of them: words of fixed lists, and the origin of what was blocked. Reports of other pages are left out. */
export function toViolations(reports: v.InferOutput<typeof CspReports>, publicOrigin: string): CspViolation[] {
  return reports
    .filter(({ documentURL }) => URL.parse(documentURL)?.origin === publicOrigin)
    .slice(0, MOST_VIOLATIONS)
    .map(({ effectiveDirective, disposition, blockedURL }) => ({
      directive: CSP_DIRECTIVES.find((known) => known === effectiveDirective) ?? 'other',
      disposition,
      blocked: reduceBlocked(blockedURL, publicOrigin),
    }))
}

const KEYWORDS = new Set(['inline', 'eval', 'wasm-eval', 'self', 'trusted-types-policy', 'trusted-types-sink'])
/** All that a report says of an address without a host (CSP3 §5.4). Those of extensions are the usual noise. */
const SCHEMES = new Set([
  ...['about', 'blob', 'data', 'filesystem'],
  ...['chrome-extension', 'moz-extension', 'safari-web-extension'],
])
/** A name of a host has 253 at most (RFC 1035 §2.3.4). */
const MOST_CHARACTERS = 260

function reduceBlocked(blocked: string, publicOrigin: string): string {
  if (KEYWORDS.has(blocked)) return blocked
  const url = URL.parse(blocked)
  if (url && /^(https?|wss?):$/.test(url.protocol)) {
    return url.origin === publicOrigin ? 'self' : url.origin.slice(0, MOST_CHARACTERS)
  }
  const scheme = blocked.split(':', 1)[0] ?? ''
  return SCHEMES.has(scheme) ? scheme : 'other'
}
