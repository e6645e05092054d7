import { readSample, sampleNames } from '@foyer/shared/platform/samples'
import { OutboundContent } from '@foyer/shared/platform/web-messaging/content'
import * as v from 'valibot'
import { expect, test, vi } from 'vitest'
import { simulatorFor } from './guest.ts'
import { shapeOf } from './resembles.ts'
import { connect, type RawFrame } from './web-messaging-client.ts'

interface Entry {
  readonly title: string
  readonly text?: string
  readonly content: () => { contentType: string }[]
}

const samples = sampleNames('web-messaging')
  .filter((name) => name.startsWith('s2c-'))
  .flatMap((name) => (readSample('web-messaging', name) as RawFrame).body.content ?? []) as { contentType: string }[]

/** Not for guests of this channel, or of a kind that only a guest's own client would know. */
const UNKNOWN = ['GenericTemplate', 'Location']

async function readPalette(url: string): Promise<readonly Entry[]> {
  vi.stubGlobal('location', { href: `${url}/agent` })
  const file = new URL('../src/agent-console/page/palette.js', import.meta.url).href
  return ((await import(file)) as { palette: readonly Entry[] }).palette
}

test('everything on the palette reaches the guest as it was sent, in the shape of the samples', async () => {
  const { url, control } = await simulatorFor()
  const palette = await readPalette(url)
  const guest = await connect(url)
  await guest.configure()
  await guest.presence('Join')
  const id = (await control.state()).conversations[0]?.id ?? ''
  await control.joinAgent(id, 'Noor')
  const types = new Set<string>()
  for (const { text, content } of palette) {
    const items = content()
    await control.sendAgentContent(id, items, text)
    const { body } = await guest.next((frame) => frame.body.direction === 'Outbound')
    expect(body).toMatchObject({ type: 'Structured', content: items, ...(text === undefined ? {} : { text }) })
    for (const item of items) {
      types.add(item.contentType)
      const isKnown = v.safeParse(OutboundContent, item).success
      expect(isKnown, item.contentType).toBe(!UNKNOWN.includes(item.contentType))
      // A form asks for more here than the one sample does.
      if (item.contentType !== 'Form' && item.contentType !== 'Location') expect(strangeFields(item)).toEqual([])
    }
  }
  const known = OutboundContent.options.map((option) => option.entries.contentType.literal)
  expect([...types].sort()).toEqual([...known.filter((type) => type !== 'Attachment'), ...UNKNOWN].sort())
})

test('its pictures are there', async () => {
  const { url } = await simulatorFor()
  const addresses =
    JSON.stringify((await readPalette(url)).map(({ content }) => content())).match(/http[^"]*\.png/g) ?? []
  expect(new Set(addresses).size).toBe(2)
  for (const address of new Set(addresses)) {
    const response = await fetch(address)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(
      Buffer.from(await response.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG')
  }
})

/** Fields that no sample of this content has, or of another type there. */
function strangeFields(item: { contentType: string }): string[] {
  const known = new Map(
    samples.filter((one) => one.contentType === item.contentType).flatMap((one) => [...shapeOf(one)]),
  )
  return [...shapeOf(item)].filter(([path, type]) => known.get(path) !== type).map(([path]) => path)
}
