import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { Echoes } from './echoes.ts'
import type { Relay } from './measure-relay.ts'
import { foyerEnvironment } from './platform-client.ts'
import { startProcess, type Running } from './processes.ts'
import { bareGuests, foyerGuests, type Admit, type RelayGuest } from './relay-guests.ts'

export async function startBareRelay(platformUrl: string, guests: number): Promise<Relay> {
  const environment = (port: number) => ({ PORT: String(port), PLATFORM_URL: platformUrl })
  const relay = await startProcess('bench/bare-relay.ts', environment, '/ready')
  const pool = new Pool(relay.url, { connections: guests })
  return admitAll({ name: 'bare', process: relay, pool }, bareGuests(relay.url, pool, platformUrl), guests)
}

/** Foyer as it is run: its own process, its store in a file, made for this run. `profileFolder` takes its CPU profile. */
export async function startFoyerRelay(platformUrl: string, guests: number, profileFolder?: string): Promise<Relay> {
  const folder = mkdtempSync(join(tmpdir(), 'foyer-bench-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const store = foyerEnvironment(platformUrl, `sqlite:${join(folder, 'foyer.db')}`)
  const profile = profileFolder && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileFolder}` }
  const relay = await startProcess('apps/bff/src/main.ts', (port) => ({ ...store(port), ...profile }), '/health/ready')
  const pool = new Pool(relay.url, { connections: guests })
  return admitAll({ name: 'Foyer', process: relay, pool }, foyerGuests(relay.url, pool), guests)
}

interface Door {
  name: string
  process: Running
  pool: Pool
}

async function admitAll({ name, process, pool }: Door, admit: Admit, count: number): Promise<Relay> {
  const echoes = new Echoes()
  const guests: RelayGuest[] = []
  while (guests.length < count) guests.push(await admit((text) => echoes.take(text)))
  return {
    ...{ name, process, guests, echoes },
    async stop() {
      for (const guest of guests) guest.leave()
      await pool.destroy()
      await process.stop()
    },
  }
}
