/** Passes a stream on that must have just so many bytes; another is an error, whatever was promised. */
export function exactly(size: number): TransformStream<Uint8Array, Uint8Array> {
  let seen = 0
  const wrong = () => new Error(`the file has ${seen} bytes or more, not ${size}`)
  return new TransformStream({
    transform(chunk, controller) {
      seen += chunk.length
      if (seen > size) controller.error(wrong())
      else controller.enqueue(chunk)
    },
    flush(controller) {
      if (seen !== size) controller.error(wrong())
    },
  })
}
