import type { UploadLimits } from '@foyer/shared/protocol/config'
import type { FileRefusal } from '@foyer/shared/protocol/problem'

/** What the limits forbid, known before a byte goes up (web-messaging.md §14.1). */
export function refusalOf(
  { name, type, size }: Pick<File, 'name' | 'type' | 'size'>,
  { types, maxBytes, blockedExtensions }: UploadLimits,
): FileRefusal | undefined {
  const extension = /\.[^.]+$/.exec(name)?.[0].toLowerCase()
  if (size === 0) return 'empty'
  if (size > maxBytes) return 'too-large'
  if (extension === undefined) return 'no-extension'
  if (blockedExtensions.some((blocked) => blocked.toLowerCase() === extension)) return 'type'
  return types.some((allowed) => matches(type, allowed)) ? undefined : 'type'
}

/** A browser that cannot tell the type leaves it to those who look at the file. */
function matches(type: string, allowed: string): boolean {
  if (allowed === '*/*' || type === '') return true
  return allowed.endsWith('/*') ? type.startsWith(allowed.slice(0, -1)) : type === allowed
}
