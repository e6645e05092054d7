import type { Page } from '@playwright/test'
import { expect, onlyConversation, test } from './fixtures.ts'
import { WEB_MESSAGING } from './web-messaging.ts'

/** Keeps what every event stream of the page carries, which Playwright tells only once it has ended. */
async function listenToStreams(page: Page): Promise<() => Promise<string>> {
  await page.addInitScript(() => {
    const ask = window.fetch.bind(window)
    const carried: string[] = []
    Object.assign(window, { carried })
    window.fetch = async (...request) => {
      const response = await ask(...request)
      const isStream = response.headers.get('Content-Type')?.startsWith('text/event-stream')
      const copy = isStream ? response.clone().body : null
      const keep = new WritableStream<string>({ write: (chunk) => void carried.push(chunk) })
      copy
        ?.pipeThrough(new TextDecoderStream())
        .pipeTo(keep)
        .catch(() => undefined)
      return response
    }
  })
  return () => page.evaluate(() => (window as unknown as { carried: string[] }).carried.join(''))
}

for (const [name, environment] of [
  ['the guest API', {}],
  ['Web Messaging', WEB_MESSAGING],
] as const) {
  test.describe(`over ${name}`, () => {
    test.use({ environment })

    test('no secret and no token is in the page, its storage, its answers, its streams or the log', async ({
      chat,
      foyer,
      simulator,
    }) => {
      const bodies: string[] = []
      chat.page.on('response', (response) => {
        bodies.push(JSON.stringify(response.headers()))
        if (!response.url().includes('/events'))
          void response.text().then(
            (text) => bodies.push(text),
            () => undefined,
          )
      })
      const carried = await listenToStreams(chat.page)
      await chat.page.reload()
      await chat.send('hello')
      await simulator.control.joinAgent(await onlyConversation(simulator), 'Noor')
      await simulator.control.sendAgentMessage(await onlyConversation(simulator), 'good morning')
      await expect(chat.bubble('good morning')).toBeVisible()
      await expect.poll(carried).toContain('good morning')

      const storage = await chat.page.evaluate(() =>
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
      )
      const cookies = await chat.page.context().cookies()
      const everything = [...bodies, await carried(), storage, await chat.page.content(), foyer.output].join('\n')
      expect(everything).not.toContain('example-secret-not-real')
      expect(everything).not.toMatch(/access_token|refresh_token|"token":|"jwt":|Bearer |eyJ[\w-]{10,}\./)
      expect(storage).not.toContain('hello')
      expect(foyer.output).not.toContain(cookies[0]?.value)
      expect(cookies).toMatchObject([
        { name: '__Host-Http-foyer', httpOnly: true, secure: true, sameSite: 'Strict', path: '/' },
      ])
    })
  })
}
