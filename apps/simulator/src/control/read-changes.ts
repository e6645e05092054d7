import * as v from 'valibot'
import { WorldChange } from './schemas.ts'

/** Connects to the simulator's stream of changes. Iterating ends without an error when the signal aborts. */
export async function readChanges(url: string, signal: AbortSignal): Promise<AsyncIterable<WorldChange>> {
  const response = await fetch(url, { signal })
  if (!response.body) throw new Error(`no stream of changes: ${response.status}`)
  return parseChanges(response.body.pipeThrough(new TextDecoderStream()), signal)
}

async function* parseChanges(text: ReadableStream<string>, signal: AbortSignal): AsyncGenerator<WorldChange> {
  let buffer = ''
  try {
    for await (const chunk of text) {
      const blocks = (buffer + chunk).split('\n\n')
      buffer = blocks.pop() ?? ''
      for (const block of blocks) {
        if (block.startsWith('data: ')) yield v.parse(WorldChange, JSON.parse(block.slice('data: '.length)))
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
