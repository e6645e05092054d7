import { Pool } from 'undici'
import { Echoes } from './echoes.ts'
import { inBatches } from './in-batches.ts'
import type { Relay } from './measure-relay.ts'
import { startProcess, type Running } from './processes.ts'
import { bareGuests, foyerGuests, proxyGuests, type Admit } from './relay-guests.ts'
import { startFoyer, type FoyerOptions } from './start-foyer.ts'
import { startNginx } from './start-nginx.ts'

export interface Crowd {
  readonly guests: number
  /** Over which they speak, all together; absent: one each. */
  readonly connections?: number
}

/** So many arrive at once. */
const AT_ONCE = 20

export async function startBareRelay(platformUrl: string, crowd: Crowd): Promise<Relay> {
  const environment = (port: number) => ({ PORT: String(port), PLATFORM_URL: platformUrl })
  const relay = await startProcess('bench/bare-relay.ts', environment, '/ready')
  const pool = poolFor(relay.url, crowd)
  return admitAll({ name: 'bare', process: relay, pool }, bareGuests(relay.url, pool, platformUrl), crowd)
}

export async function startNginxRelay(platformUrl: string, crowd: Crowd): Promise<Relay> {
  const proxy = await startNginx(platformUrl)
  const pool = poolFor(proxy.url, crowd)
  return admitAll({ name: 'nginx', process: proxy, pool }, proxyGuests(proxy.url, pool, platformUrl), crowd)
}

export async function startFoyerRelay(
  platformUrl: string,
  crowd: Crowd,
  { name = 'Foyer', ...options }: FoyerOptions & { readonly name?: string } = {},
): Promise<Relay> {
  const relay = await startFoyer(platformUrl, options)
  const pool = poolFor(relay.url, crowd)
  return admitAll({ name, process: relay, pool }, foyerGuests(relay.url, pool), crowd)
}

const poolFor = (url: string, { guests, connections = guests }: Crowd) => new Pool(url, { connections })

interface Door {
  name: string
  process: Running
  pool: Pool
}

async function admitAll({ name, process, pool }: Door, admit: Admit, crowd: Crowd): Promise<Relay> {
  const echoes = new Echoes()
  const newcomers = Array.from({ length: crowd.guests })
  const guests = await inBatches(newcomers, AT_ONCE, () => admit((text) => echoes.take(text)))
  return {
    ...{ name, process, guests, echoes },
    async stop() {
      for (const guest of guests) guest.leave()
      await pool.destroy()
      await process.stop()
    },
  }
}
