import type { UpstreamFiles } from '../connectors/connector.ts'

/** Files whose conversation `hold` keeps open for as long as something is done with them. */
export function filesDuring(
  hold: <Result>(work: (files: UpstreamFiles) => Promise<Result>) => Promise<Result>,
): UpstreamFiles {
  return {
    upload: (file, signal) => hold((files) => files.upload(file, signal)),
    remove: (attachmentId, signal) => hold((files) => files.remove(attachmentId, signal)),
    download: (attachmentId, signal) => hold((files) => files.download(attachmentId, signal)),
  }
}
