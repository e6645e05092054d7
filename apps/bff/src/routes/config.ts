import type { Config } from '@foyer/shared/protocol/config'
import { MAX_TEXT_BYTES } from '@foyer/shared/protocol/message'
import { routes } from '@foyer/shared/protocol/routes'
import { Hono } from 'hono'

export interface ConfigRouteParts {
  readonly showDiagnosis: boolean
  /** What the organisation set for its chat, where the platform tells. */
  readonly readSettings: () => Promise<ChatSettings | undefined>
}

type ChatSettings = Pick<Config, 'languages'> & {
  readonly primaryColor: string | undefined
  readonly markdown: boolean
  readonly uploads: Config['limits']['uploads']
}

/** What the page may know. A platform that does not answer leaves out what only it could tell. */
export function createConfigRoutes({ showDiagnosis, readSettings }: ConfigRouteParts): Hono {
  return new Hono().get(routes.readConfig.path, async (c) => {
    const settings = await readSettings().catch(() => undefined)
    const config: Config = {
      limits: { textBytes: MAX_TEXT_BYTES, uploads: settings?.uploads },
      languages: settings?.languages ?? [],
      features: { diagnosis: showDiagnosis, markdown: settings?.markdown ?? false },
      theme: { primaryColor: settings?.primaryColor },
    }
    return c.json(config)
  })
}
