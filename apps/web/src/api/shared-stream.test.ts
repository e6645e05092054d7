import type { StreamEvent } from '@foyer/shared/protocol/event'
import { expect, onTestFinished, test } from 'vitest'
import { FakeClock, settled } from './fake-clock.ts'
import { FakeNetwork } from './fake-network.ts'
import { FakeBrowser } from './fake-tabs.ts'
import { startSharedStream } from './shared-stream.ts'
import type { Tabs } from './tabs.ts'

const encoder = new TextEncoder()
const at = '2026-03-10T09:00:00.000Z'
const mia = { participantId: 'a', role: 'agent' as const }

/** A BFF with one log, and tabs of one browser in front of it. */
function createWorld() {
  const clock = new FakeClock()
  const browser = new FakeBrowser()
  const lines = new Set<ReadableStreamDefaultController<Uint8Array>>()
  const log: string[] = []
  let opened = 0

  const openStream = (after: number, signal: AbortSignal) => {
    opened++
    let line: ReadableStreamDefaultController<Uint8Array>
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        line = controller
        lines.add(line)
        for (const frame of log.slice(after)) line.enqueue(encoder.encode(frame))
      },
    })
    signal.addEventListener('abort', () => {
      if (lines.delete(line)) line.error(signal.reason)
    })
    return Promise.resolve(new Response(body))
  }

  function openTab(after = log.length, tabs: Tabs | null = browser.open()) {
    const seqs: number[] = []
    const states: string[] = []
    const others: string[] = []
    const network = new FakeNetwork()
    const behind: number[] = []
    const stop = startSharedStream({
      ...{ name: 'c-1', tabs: tabs ?? undefined, after, clock, network, open: openStream },
      onEvents: (events: StreamEvent[]) => {
        for (const event of events) {
          if (event.type === 'participant') seqs.push(event.seq)
          else others.push(event.type)
        }
      },
      onState: ({ state }) => states.push(state),
      onRefused: () => others.push('refused'),
      onBehind: () => behind.push(log.length),
    })
    onTestFinished(stop)
    return { seqs, states, others, behind, network, tabs, close: stop }
  }

  const write = async (event: object) => {
    for (const line of lines) line.enqueue(encoder.encode(`data: ${JSON.stringify(event)}\n\n`))
    await settled()
  }
  const append = async () => {
    const event = { seq: log.length + 1, at, type: 'participant', participant: mia, change: 'joined' }
    log.push(`data: ${JSON.stringify(event)}\n\n`)
    await write(event)
  }
  return { clock, openTab, append, write, count: () => ({ opened, open: lines.size }) }
}

test('eight tabs read one stream, and all are told the same', async () => {
  const { openTab, append, count } = createWorld()
  const tabs = Array.from({ length: 8 }, () => openTab())
  await settled()
  await append()
  await append()
  expect(count()).toEqual({ opened: 1, open: 1 })
  expect(tabs.map(({ seqs }) => seqs)).toEqual(Array.from({ length: 8 }, () => [1, 2]))
  expect(tabs.map(({ states }) => states.at(-1))).toEqual(Array.from({ length: 8 }, () => 'open'))
})

test('what is told once and not kept reaches every tab', async () => {
  const { openTab, write } = createWorld()
  const tabs = [openTab(), openTab()]
  await settled()
  await write({ seq: 0, at, type: 'typing', participant: mia, typing: true, durationMs: 5000 })
  expect(tabs.map(({ others }) => others)).toEqual([['typing'], ['typing']])
})

test('the next tab takes over when the leader is closed, without gap or repeat', async () => {
  const { openTab, append, count } = createWorld()
  const [first, second, third] = [openTab(), openTab(), openTab()]
  await settled()
  await append()
  first.close()
  await append()
  await settled()
  await append()
  expect([second.seqs, third.seqs]).toEqual([
    [1, 2, 3],
    [1, 2, 3],
  ])
  expect(count()).toEqual({ opened: 2, open: 1 })
})

test('a tab that read the history a moment ago is told what came since', async () => {
  const { openTab, append } = createWorld()
  openTab()
  await settled()
  for (let event = 0; event < 3; event++) await append()
  const late = openTab(1)
  await settled()
  expect([late.seqs, late.states.at(-1)]).toEqual([[2, 3], 'open'])
})

test('what the leader has not kept is read from the history', async () => {
  const { openTab, append } = createWorld()
  await append()
  await append()
  openTab()
  await settled()
  const late = openTab(1)
  await settled()
  expect([late.seqs, late.behind]).toEqual([[], [2]])
})

test('a leader that is frozen loses the lead to the tab that is looked at', async () => {
  const { openTab, append, clock, count } = createWorld()
  const first = openTab()
  const second = openTab()
  await settled()
  ;(first.tabs as ReturnType<FakeBrowser['open']>).freeze()
  await append()
  expect(second.seqs).toEqual([])
  second.network.wake()
  await clock.pass(3_000)
  expect(second.seqs).toEqual([1])
  expect(count().open).toBe(1)
})

test('a leader that says nothing for long loses the lead, though nobody looks', async () => {
  const { openTab, append, clock } = createWorld()
  const first = openTab()
  const second = openTab()
  await settled()
  ;(first.tabs as ReturnType<FakeBrowser['open']>).freeze()
  await append()
  await clock.pass(80_000)
  expect(second.seqs).toEqual([1])
})

test('a living leader keeps the lead', async () => {
  const { openTab, clock, write, count } = createWorld()
  openTab()
  const second = openTab()
  await settled()
  for (let beat = 0; beat < 20; beat++) {
    await write({ type: 'unknown' })
    await clock.pass(15_000)
  }
  second.network.wake()
  await clock.pass(3_000)
  expect(count()).toEqual({ opened: 1, open: 1 })
})

test('where tabs cannot talk to each other each reads its own stream', async () => {
  const { openTab, append, count } = createWorld()
  const tabs = [openTab(0, null), openTab(0, null)]
  await settled()
  await append()
  expect(count().open).toBe(2)
  expect(tabs.map(({ seqs }) => seqs)).toEqual([[1], [1]])
})
