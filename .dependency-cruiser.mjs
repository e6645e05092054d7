/**
 * Who may import whom (docs/architecture.md). Each rule is one sentence: `never` says what must not happen, `from` and
 * `to` are patterns of file paths.
 */
const TESTS = '\\.(test|contract)\\.ts$|^apps/bff/test/'

const never = (name, from, to, fromNot) => ({
  name,
  severity: 'error',
  from: fromNot ? { path: from, pathNot: fromNot } : { path: from },
  to: { path: to },
})
/** `room` may import, of the source folders in `within`, only what `allowed` matches. */
const only = (name, room, within, allowed, fromNot = TESTS) => ({
  name,
  severity: 'error',
  from: { path: room, pathNot: fromNot },
  to: { path: within, pathNot: `${room}|${allowed}` },
})

const BFF = '^apps/bff/src/'
const WEB = '^apps/web/src/'
const BFF_EVERYWHERE = `${BFF}(clock|in-slices|in-turn|logger|secret|telemetry/[^/]+)\\.ts$`

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-undeclared-dependency',
      severity: 'error',
      from: { path: '^(apps|packages)/[^/]+/src' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },

    never('shared-imports-only-the-schema-library', '^packages/shared/', '^(apps|e2e|bench)/'),
    never('web-knows-only-the-protocol', '^apps/web/', '^(packages/shared/src/platform|apps/(bff|simulator))/'),
    never('bff-runs-without-web-and-simulator', '^apps/bff/', '^apps/(web|simulator)/', TESTS),
    never('simulator-knows-only-the-platform', '^apps/simulator/', '^(packages/shared/src/protocol|apps/(bff|web))/'),
    never(
      'journeys-use-a-browser',
      '^e2e/',
      '^apps/(web|bff)/(?!test/support/foyer-process)|^apps/simulator/src/(?!control/|start-simulator)',
    ),

    never('bff-only-main-imports-app', `${BFF}(?!main\\.ts)`, `${BFF}app\\.ts$`, TESTS),
    never('bff-nothing-imports-routes', `${BFF}(?!app\\.ts|routes/)`, `${BFF}routes/`, TESTS),
    never('bff-routes-never-see-a-connector', `${BFF}routes/`, `${BFF}(connectors|storage)/`),
    only('bff-sessions', `${BFF}sessions/`, BFF, `${BFF}storage/|${BFF_EVERYWHERE}`),
    only('bff-event-log', `${BFF}event-log/`, BFF, `${BFF}storage/|${BFF_EVERYWHERE}`),
    only('bff-connectors', `${BFF}connectors/`, BFF, BFF_EVERYWHERE),
    only('bff-conversations', `${BFF}conversations/`, BFF, `${BFF}(event-log|connectors|storage)/|${BFF_EVERYWHERE}`),
    only('bff-transcripts', `${BFF}transcripts/`, BFF, `${BFF}event-log/|${BFF_EVERYWHERE}`),
    never('bff-only-main-opens-stores', `${BFF}(?!main\\.ts|app\\.ts|stores/)`, `${BFF}stores/`, TESTS),
    only('bff-stores', `${BFF}stores/`, BFF, `${BFF}(sessions|event-log|conversations|storage)/|${BFF_EVERYWHERE}`),
    only('bff-storage', `${BFF}storage/`, BFF, BFF_EVERYWHERE),

    never('web-knows-nothing-of-its-gallery', `${WEB}|^e2e/`, '^apps/web/gallery/'),
    never('web-views-never-call-the-network', `${WEB}views/`, `${WEB}api/`),
    never('web-timeline-is-plain', `${WEB}timeline/`, 'node_modules/svelte|\\.svelte(\\.ts)?$'),
    only('web-timeline', `${WEB}timeline/`, WEB, '^$'),
    only('web-api', `${WEB}api/`, WEB, '^$'),
    only('web-theme', `${WEB}theme/`, WEB, '^$'),
    only('web-state', `${WEB}state/`, WEB, `${WEB}(api|timeline)/`),
    only('web-views', `${WEB}views/`, WEB, `${WEB}(state|text|timeline)/`),
    only('web-ui', `${WEB}views/ui/`, `${WEB}|node_modules`, 'node_modules/svelte'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|test-results)/' },
    tsPreCompilationDeps: true,
    extraExtensionsToScan: ['.svelte'],
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'browser', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.svelte', '.json'],
    },
  },
}
