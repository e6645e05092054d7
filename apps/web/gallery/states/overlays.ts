import { history, says } from '../samples/history.ts'
import { guest, mia } from '../samples/people.ts'
import { problem } from '../samples/problems.ts'
import type { GalleryState, Stage } from '../stage.ts'

const events = history(
  says(guest, 'Is the blue kayak free on Saturday?'),
  says(mia, 'It is, from ten o’clock on.'),
  says(guest, 'Lovely, we take it.', { minute: 4 }),
)
const refused = { problem: problem('internal-error', 500) }

const openMenu = (stage: Stage) => stage.press('.opener')
const openEnd = (stage: Stage) => stage.press('header > button')
const openLeave = async (stage: Stage) => {
  await openMenu(stage)
  await stage.press('.menu hr:last-of-type + button')
}
const openDelete = async (stage: Stage) => {
  await openMenu(stage)
  await stage.press('.menu .danger')
}

export const overlayStates: Record<string, GalleryState> = {
  menu: { title: 'The menu', world: { events }, act: openMenu, shows: '.menu' },
  'menu-failed': {
    title: 'The menu, after something in it did not work',
    world: { events, answers: { readTranscript: refused } },
    async act(stage) {
      await openMenu(stage)
      await stage.press('.menu hr + button')
    },
    shows: '.menu p:not(:empty)',
  },
  end: { title: 'End the chat?', world: { events }, act: openEnd, shows: 'dialog .actions' },
  'end-failed': {
    title: 'The chat could not be ended',
    world: { events, answers: { endConversation: refused } },
    async act(stage) {
      await openEnd(stage)
      await stage.press('dialog button.danger')
    },
    shows: 'dialog [role=alert]',
  },
  leave: { title: 'Leave for good?', world: { events }, act: openLeave, shows: 'dialog .actions' },
  'leave-failed': {
    title: 'The guest could not leave',
    world: { events, answers: { endSession: refused } },
    async act(stage) {
      await openLeave(stage)
      await stage.press('dialog button.danger')
    },
    shows: 'dialog [role=alert]',
  },
  delete: { title: 'Delete the conversation?', world: { events }, act: openDelete, shows: 'dialog .actions' },
  'delete-failed': {
    title: 'The conversation could not be deleted',
    world: { events, answers: { clearConversation: refused } },
    async act(stage) {
      await openDelete(stage)
      await stage.press('dialog button.danger')
    },
    shows: 'dialog [role=alert]',
  },
  emoji: {
    title: 'The emoji picker',
    world: { events },
    act: (stage) => stage.press('.emoji > button'),
    shows: '.picker',
  },
}
