import { expect, test } from '@playwright/test'

test('the browser is started without all that Playwright would start it without', async ({ browser }) => {
  const session = await browser.newBrowserCDPSession()
  const { commandLine } = await session.send('SystemInfo.getInfo')
  const [theirs, ours] = [...commandLine.matchAll(/--disable-features=(\S+)/g)].map(([, names = '']) =>
    names.split(','),
  )
  expect(ours).toEqual(expect.arrayContaining(theirs ?? ['what Playwright turns off']))
})
