import { Hono } from 'hono'
import { CspReports, REPORTS_PATH, toViolations } from '../csp-report.ts'
import type { Logger } from '../logger.ts'
import { readJson } from '../middleware/json-body.ts'

/** A browser gathers reports for a minute; one has a kilobyte, half of it the policy itself. */
const REPORTS_BYTES = 32 * 1024
const TYPES = ['application/reports+json', 'application/csp-report']

export interface CspReportParts {
  readonly publicOrigin: string
  readonly logger: Logger
}

/** Each violation is a line of the log, and counted by it; what a browser says besides is dropped (S47). */
export function createCspReportRoutes({ publicOrigin, logger }: CspReportParts): Hono {
  return new Hono().post(REPORTS_PATH, async (c) => {
    const reports = await readJson(c, CspReports, { maxBytes: REPORTS_BYTES, types: TYPES })
    for (const { directive, disposition, blocked } of toViolations(reports, publicOrigin)) {
      logger.warn({ event: 'csp-violation', reason: directive, disposition, blocked })
    }
    return c.body(null, 204)
  })
}
