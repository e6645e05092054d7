import type { Config } from './config.ts'

/**
 * What the process was told, as the log may have it (S50): named one by one, so that a secret of tomorrow is not told by
 * being forgotten here (S46).
 */
export function describeConfig(config: Config): Readonly<Record<string, unknown>> {
  const { host, port, admin, publicUrl, embedOrigins, cookieReach, trustedProxies } = config
  const { connector, platformOrigin, region, showDiagnosis, logLevel, tracing, lifetimes, retention } = config
  return {
    ...{ host, port, admin, publicUrl, embedOrigins, cookieReach, trustedProxies },
    ...{ connector, platformOrigin, region, showDiagnosis, logLevel, lifetimes, retention },
    tracing: tracing && { endpoint: tracing.endpoint, ratio: tracing.ratio },
    store: config.store.replace(/\/\/[^/]*@/, '//[redacted]@'),
    sealingKeys: config.secrets.length,
    ...(config.connector === 'guest-api'
      ? { clientId: config.clientId, isPublicClient: config.clientSecret === undefined, scopes: config.scopes }
      : { deploymentId: config.deploymentId, socketOrigin: config.socketOrigin, mediaHosts: config.mediaHosts }),
  }
}
