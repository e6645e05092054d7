import type { Config } from '@foyer/shared/protocol/config'
import { MAX_TEXT_CHARACTERS } from '@foyer/shared/protocol/message'
import { routes } from '@foyer/shared/protocol/routes'
import { Hono } from 'hono'

export function createConfigRoutes({ showDiagnosis }: { showDiagnosis: boolean }): Hono {
  const config: Config = {
    limits: { textCharacters: MAX_TEXT_CHARACTERS },
    languages: ['en'],
    features: { diagnosis: showDiagnosis, markdown: false },
    theme: {},
  }
  return new Hono().get(routes.readConfig.path, (c) => c.json(config))
}
