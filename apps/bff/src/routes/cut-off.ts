import type { ServerResponse } from 'node:http'

/**
 * What breaks off is seen to break off: the connection is cut, for the adapter would write the error's words into the file
 * or past the log. `failed` hears of the error.
 */
export function cutOff(
  bytes: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
  failed: (error: unknown) => void = () => undefined,
): ReadableStream<Uint8Array> {
  const reader = bytes.getReader()
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      } catch (error) {
        failed(error)
        outgoing.destroy()
        controller.close()
      }
    },
    cancel: (reason) => reader.cancel(reason),
  })
}
