import { toAuthority, toPlatformDomain } from '../platform-domain.ts'
import type { FailureContext } from './failure.ts'
import { toIdentifier, toName } from './safe-words.ts'

/** Where a domain can be read off by whoever does not know it. */
export const WHERE_DOMAIN_STANDS = 'Yours stands in the address bar of Genesys Cloud, after "apps.".'

/** The host in use, with its port, if it is fit to be shown. */
export const placeName = ({ region }: FailureContext): string | undefined => toName(toAuthority(region ?? ''))

/** `The platform at mypurecloud.ie`, as a sentence begins. */
export function thePlatform(context: FailureContext): string {
  const place = placeName(context)
  return place ? `The platform at ${place}` : 'The platform'
}

/** The variable that says where the platform is, and what it says now. */
export function placeSetting(context: FailureContext): string {
  const place = placeName(context)
  if (!place) return 'FOYER_PLATFORM_DOMAIN or FOYER_PLATFORM_URL'
  return `${isGenesysDomain(context) ? 'FOYER_PLATFORM_DOMAIN' : 'FOYER_PLATFORM_URL'} (now ${place})`
}

export const isGenesysDomain = ({ region }: FailureContext): boolean => toPlatformDomain(region ?? '').ok

export function clientName({ clientId }: FailureContext): string {
  const id = toIdentifier(clientId)
  return id ? `OAuth client ${id}` : 'the OAuth client in FOYER_CLIENT_ID'
}
