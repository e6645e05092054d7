import type { SessionResponse } from '@foyer/shared/platform/web-messaging/server-frames'
import type { UploadLimits } from '@foyer/shared/protocol/config'

const MAX_NAME_LENGTH = 1024

/** The platform's code for what the limits forbid (web-messaging.md §14.1, §17); undefined when the file may go up. */
export function forbiddenBy(
  limits: UploadLimits | undefined,
  { name, mediaType, size }: { name: string; mediaType: string; size: number },
): 4000 | 4001 | 4002 | 4004 | 4005 | 4102 | undefined {
  if (!limits) return 4000
  if (name.length >= MAX_NAME_LENGTH) return 4005
  const extension = /[^.](\.[^.]+)$/.exec(name)?.[1]?.toLowerCase()
  if (extension === undefined) return 4004
  if (size === 0) return 4102
  if (size > limits.maxBytes) return 4002
  const isBlocked = limits.blockedExtensions.some((blocked) => blocked.toLowerCase() === extension)
  return isBlocked || !limits.types.some((allowed) => covers(allowed, mediaType)) ? 4001 : undefined
}

function covers(allowed: string, type: string): boolean {
  if (allowed === '*/*') return true
  return allowed.endsWith('/*') ? type.startsWith(allowed.slice(0, -1)) : type === allowed.toLowerCase()
}

/** A session's own limits, which refine those of the deployment; undefined where it says nothing of files. */
export function limitsIn({ allowedMedia, blockedExtensions }: SessionResponse): UploadLimits | 'none' | undefined {
  if (!allowedMedia) return undefined
  const { fileTypes, maxFileSizeKB } = allowedMedia.inbound ?? {}
  if (!fileTypes?.length || !maxFileSizeKB) return 'none'
  return {
    types: fileTypes.map(({ type }) => type),
    // The official client reckons a kilobyte as 1,000 bytes: never more than the platform takes.
    maxBytes: maxFileSizeKB * 1000,
    blockedExtensions: blockedExtensions ?? [],
  }
}
