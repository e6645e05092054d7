import { Pool } from 'undici'
import { Echoes } from './echoes.ts'
import type { Relay } from './measure-relay.ts'
import { startProcess, type Running } from './processes.ts'
import { bareGuests, foyerGuests, proxyGuests, type Admit, type RelayGuest } from './relay-guests.ts'
import { startFoyer } from './start-foyer.ts'
import { startNginx } from './start-nginx.ts'

export async function startBareRelay(platformUrl: string, guests: number): Promise<Relay> {
  const environment = (port: number) => ({ PORT: String(port), PLATFORM_URL: platformUrl })
  const relay = await startProcess('bench/bare-relay.ts', environment, '/ready')
  const pool = new Pool(relay.url, { connections: guests })
  return admitAll({ name: 'bare', process: relay, pool }, bareGuests(relay.url, pool, platformUrl), guests)
}

export async function startNginxRelay(platformUrl: string, guests: number): Promise<Relay> {
  const proxy = await startNginx(platformUrl)
  const pool = new Pool(proxy.url, { connections: guests })
  return admitAll({ name: 'nginx', process: proxy, pool }, proxyGuests(proxy.url, pool, platformUrl), guests)
}

export async function startFoyerRelay(platformUrl: string, guests: number, profileFolder?: string): Promise<Relay> {
  const relay = await startFoyer(platformUrl, { profileFolder })
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
