import { regions } from '@foyer/shared/platform/regions'

/** Which hosts files and pictures may be fetched from, and put to (S6). */
export interface MediaHosts {
  /** Origins that are allowed as they are: a simulator's, on this machine for instance. */
  readonly origins: readonly string[]
  /** Host names; each stands for itself and everything below it. Always by https. */
  readonly domains: readonly string[]
}

/**
 * Where the platform keeps guests' files, beside its own hosts: presigned addresses in buckets of its own (web-messaging.md
 * §2.3, §14). Anybody may give a bucket a name that is free, so they are named in full: `shyrka-prod` in the oldest region,
 * and its code behind that in the others, as the content security policies of sites with a Messenger list them.
 */
const BUCKETS = new Set(['shyrka-prod', ...regions.map(({ name }) => `shyrka-prod-${codeOf(name)}`)])
/** A bucket, at whichever of its addresses. */
const STORAGE = /^([a-z0-9-]+)\.s3(?:\.dualstack)?(?:[.-][a-z]{2,4}(?:-[a-z]+)+-\d)?\.amazonaws\.com$/

/** `eu_central_1` is `euc1`, as in the platform's own domains. */
function codeOf(region: string): string {
  return region.replaceAll('_', '').replaceAll(/north|south|east|west|central/g, (word) => word.slice(0, 1))
}

/** The address, if it may be asked. No user, no odd port, no address in figures: a name on the list, by https. */
export function allowedAddress(address: string, { origins, domains }: MediaHosts): URL | undefined {
  const url = URL.parse(address)
  if (!url || url.username !== '' || url.password !== '') return undefined
  if (origins.includes(url.origin)) return url
  if (url.protocol !== 'https:' || url.port !== '') return undefined
  const { hostname } = url
  const isListed = domains.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`))
  return isListed || BUCKETS.has(STORAGE.exec(hostname)?.[1] ?? '') ? url : undefined
}

/** Addresses of networks that are nobody's business (S6): loopback, private, link-local, shared, multicast. */
export function isPrivateAddress(address: string): boolean {
  const v4 = /^(?:::ffff:)?(\d+)\.(\d+)\.\d+\.\d+$/i.exec(address)
  if (!v4) return /^(::1?$|::ffff:|f[cd]|fe[89ab]|ff|64:ff9b:)/i.test(address)
  const [first, second] = [Number(v4[1]), Number(v4[2])]
  return (
    [0, 10, 127].includes(first) ||
    first >= 224 ||
    (first === 100 && second >= 64 && second <= 127) ||
    (first === 169 && second === 254) ||
    (first === 172 && second >= 16 && second <= 31) ||
    (first === 192 && [0, 168].includes(second)) ||
    (first === 198 && [18, 19].includes(second))
  )
}
