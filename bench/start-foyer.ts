import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { foyerEnvironment } from './platform-client.ts'
import { startProcess, type Running } from './processes.ts'

export interface FoyerOptions {
  /** Beside those every run has. */
  readonly variables?: Record<string, string>
  readonly probe?: boolean
  /** Takes its CPU profile. */
  readonly profileFolder?: string | undefined
}

/** Foyer as it is run: its own process, its store in a file, made for this run. */
export function startFoyer(
  platformUrl: string,
  { variables = {}, probe = false, profileFolder }: FoyerOptions = {},
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'foyer-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const environment = foyerEnvironment(platformUrl, `sqlite:${join(folder, 'foyer.db')}`)
  const flags = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`]
  return startProcess('apps/bff/src/main.ts', (port) => ({ ...environment(port), ...variables }), '/health/ready', {
    probe,
    flags,
  })
}
