import { regions } from '@foyer/shared/platform/regions'
import { nearestOf } from './nearest.ts'

/** A domain of the table of regions, such as `mypurecloud.de`. */
export type PlatformDomain = (typeof regions)[number]['domain']

/** `reason` is a sentence that names what was typed. */
export type DomainReading =
  { ok: true; domain: PlatformDomain } | { ok: false; reason: string; nearest?: PlatformDomain }

/** The platform's domain from a region's name in any spelling, a domain, a host, or a URL (platform-api.md §1.1). */
export function toPlatformDomain(input: string): DomainReading {
  const host = toHost(input)
  const known = regions.find((region) => isRegionName(host, region.name) || isWithin(host, region.domain))
  return known ? { ok: true, domain: known.domain } : refuse(input, host)
}

/** The origins of one domain. */
export function hostsOf(domain: string) {
  return {
    login: `https://login.${domain}`,
    api: `https://api.${domain}`,
    webmessaging: `wss://webmessaging.${domain}`,
    apiCdn: `https://api-cdn.${domain}`,
  }
}

/** Host and port of a URL or of what was typed in its place: no scheme, user or path, in lower case. */
export function toAuthority(input: string): string {
  const [authority = ''] = input
    .trim()
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .split(/[/?#]/, 1)
  return authority.slice(authority.lastIndexOf('@') + 1)
}

const toHost = (input: string) => toAuthority(input).replace(/:\d*$/, '').replace(/\.$/, '')

const isRegionName = (word: string, name: string) => letters(word) === letters(name)
const letters = (name: string) => name.replace(/[\s_-]/g, '')
const isWithin = (host: string, domain: string) => host === domain || host.endsWith(`.${domain}`)

function refuse(input: string, host: string): DomainReading {
  const shown = host.replace(/[^\x21-\x7e]+/g, ' ').slice(0, 80)
  if (input.trim() === '') return { ok: false, reason: 'No Genesys Cloud region or domain was given.' }
  const region = nearestRegion(host)
  const reason = `"${shown}" is not a Genesys Cloud region or domain.`
  if (!region)
    return { ok: false, reason: `${reason} Write one such as mypurecloud.com, usw2.pure.cloud or eu-central-1.` }
  const { name, domain } = region
  return { ok: false, reason: `${reason} Did you mean ${domain} (${name.replaceAll('_', '-')})?`, nearest: domain }
}

function nearestRegion(host: string) {
  const bare = host.replace(/^(?:login|api|apps|webmessaging|streaming|api-cdn|api-downloads)\./, '')
  const names = regions.map(({ name }) => name.replaceAll('_', '-'))
  const domains = regions.map(({ domain }) => domain)
  const nearest = nearestOf(bare.replaceAll('_', '-'), [...domains, ...names])
  return regions.find(({ name, domain }) => nearest === domain || nearest === name.replaceAll('_', '-'))
}
