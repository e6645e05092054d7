import { expect, onlyConversation, test } from './fixtures.ts'

test('no secret and no token is in the page, its storage, its answers or the log', async ({
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
  await chat.page.reload()
  await chat.send('hello')
  await simulator.control.joinAgent(await onlyConversation(simulator), 'Noor')
  await simulator.control.sendAgentMessage(await onlyConversation(simulator), 'hi')
  await expect(chat.bubble('hi')).toBeVisible()

  const storage = await chat.page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
  )
  const cookies = await chat.page.context().cookies()
  const everything = [...bodies, storage, await chat.page.content(), foyer.output].join('\n')
  expect(everything).not.toContain('example-secret-not-real')
  expect(everything).not.toMatch(/access_token|refresh_token|Bearer /)
  expect(storage).not.toContain('hello')
  expect(foyer.output).not.toContain(cookies[0]?.value)
  expect(cookies).toMatchObject([
    { name: '__Host-Http-foyer', httpOnly: true, secure: true, sameSite: 'Strict', path: '/' },
  ])
})
