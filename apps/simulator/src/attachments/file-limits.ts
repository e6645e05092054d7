import type { Deployment } from '../options.ts'

/** What a client says of a file before it sends it (§4.5). */
export interface FileRequest {
  readonly attachmentId?: string | null | undefined
  readonly fileName: string
  readonly fileType: string
  readonly fileSize?: number | null | undefined
}

/** Why a file is not taken: a code of web-messaging.md §17 and words. */
export interface FileError {
  readonly errorCode: number
  readonly errorMessage: string
}

const MAX_NAME_LENGTH = 1024

/** What the deployment's limits forbid (§14.1, §17). */
export function refuseFile(file: FileRequest, deployment: Deployment): FileError | undefined {
  const { fileTypes, maxFileSizeKB, blockedExtensions } = deployment
  const { fileName, fileType, fileSize } = file
  if (fileTypes.length === 0 || maxFileSizeKB === 0) return error(4000, 'Attachments are not supported')
  if (fileName.length >= MAX_NAME_LENGTH) return error(4005, 'File name is too long')
  const extension = /^[^/\\]+(\.[^./\\]+)$/.exec(fileName)?.[1]
  if (extension === undefined) return error(4004, 'File name is invalid')
  const isBlocked = blockedExtensions.includes(extension.toLowerCase())
  if (isBlocked || !fileTypes.some((allowed) => covers(allowed, fileType))) {
    return error(4001, `File type ${fileType} not supported`)
  }
  if (fileSize === 0) return error(4102, 'File is empty')
  if (fileSize && fileSize > maxFileSizeKB * 1024) return error(4002, `File is larger than ${maxFileSizeKB} KB`)
  return undefined
}

/** What only the bytes tell. */
export function refuseBytes(bytes: number, declared: number | undefined, maxBytes: number): FileError | undefined {
  if (bytes === 0) return error(4102, 'File is empty')
  if (bytes > maxBytes) return error(4002, `File is larger than ${maxBytes / 1024} KB`)
  if (declared !== undefined && bytes !== declared) return error(4003, 'The content does not match the declared size')
  return undefined
}

const error = (errorCode: number, errorMessage: string): FileError => ({ errorCode, errorMessage })

function covers(allowed: string, type: string): boolean {
  if (allowed === '*/*') return true
  return allowed.endsWith('/*') ? type.startsWith(allowed.slice(0, -1)) : allowed === type
}
