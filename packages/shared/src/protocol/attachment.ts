import * as v from 'valibot'

/** A file name with its extension, without a path or control characters (web-messaging.md §14: under 1,024 characters). */
const FileName = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(255),
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  v.regex(/^[^\u0000-\u001f\u007f/\\]+$/, 'A name holds neither slashes nor control characters.'),
)

/** Ours where the guest sent it (a UUID), the platform's where an agent did. */
export const AttachmentId = v.pipe(v.string(), v.regex(/^[\w.:-]{1,128}$/, 'must be the id of an attachment'))

/** A file that is part of a message, or about to be. Its bytes are at `…/attachments/:attachmentId`. */
export const Attachment = v.object({
  attachmentId: AttachmentId,
  name: v.pipe(v.string(), v.maxLength(1024)),
  /** MIME type as its sender declared it. */
  mediaType: v.pipe(v.string(), v.maxLength(255)),
  /** Bytes; absent where an agent's file comes without. */
  size: v.optional(v.pipe(v.number(), v.minValue(0))),
})
export type Attachment = v.InferOutput<typeof Attachment>

/** Query of the upload: the file itself is the body, and its type the `Content-Type`. */
export const UploadQuery = v.strictObject({ name: FileName })
export type UploadQuery = v.InferOutput<typeof UploadQuery>
