/**
 * Reads the `data:` of server-sent events out of a stream's chunks, wherever they are cut. As little as the measuring side
 * needs: `\n` line ends, one `data:` line per event, comments and other fields passed over.
 */
export function createSseScan(onData: (data: string) => void): (chunk: string) => void {
  return scanLines((line) => {
    if (line.startsWith('data: ')) onData(line.slice('data: '.length))
  })
}

/** Reads lines out of a stream's chunks. */
export function scanLines(onLine: (line: string) => void): (chunk: string) => void {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(onLine)
  }
}

const ECHO = /"text":"echo:([^"]+)"/

/** The text which the platform echoed; undefined for anything else. Without parsing: the generator must stay light. */
export const echoIn = (data: string): string | undefined => ECHO.exec(data)?.[1]
