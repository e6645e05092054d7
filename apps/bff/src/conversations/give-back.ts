import type { UpstreamGuest } from '../connectors/connector.ts'
import type { Logger } from '../logger.ts'

/** How long giving a credential back may take. */
const REVOKE_MS = 3_000

/** What the platform granted a guest is of no use any more (S13): it is told, as far as it can be. */
export async function giveBack(guest: UpstreamGuest, logger: Logger): Promise<void> {
  await guest.revoke(AbortSignal.timeout(REVOKE_MS)).catch(() => logger.warn({ event: 'revocation-failed' }))
}
