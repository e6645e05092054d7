/*
 * What the browser is started without. Of several `--disable-features` it heeds the last one alone: what Playwright turns
 * off is said again with ours, and a journey (browser.spec.ts) holds that nothing of it is missing.
 */

/** Playwright's own (chromiumSwitches.ts in playwright-core). */
const BY_PLAYWRIGHT = [
  ...['AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades'],
  ...[
    'HttpsFirstBalancedModeAutoEnable',
    'LensOverlay',
    'MediaRouter',
    'PaintHolding',
    'ThirdPartyStoragePartitioning',
  ],
  ...['AvoidCorsURLLoaderRestartOnRedirect', 'TcpPortRandomizationWin', 'OptimizationHints'],
  ...['NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch', 'msForceBrowserSignIn'],
  'msEdgeUpdateLaunchServicesPreferredVersion',
]

/**
 * Each window, and every journey opens one, would have processes of its own for what drops down from the address bar, and
 * one in reserve: more work than the page itself.
 */
const OF_THE_WINDOW = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'SpareRendererForSitePerProcess']

export const withoutFeatures = `--disable-features=${[...BY_PLAYWRIGHT, ...OF_THE_WINDOW].join(',')}`
