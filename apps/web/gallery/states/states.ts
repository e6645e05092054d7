import type { GalleryState } from '../stage.ts'
import { contentStates } from './content.ts'
import { conversationStates } from './conversation.ts'
import { endingStates } from './ending.ts'
import { fileStates } from './files.ts'
import { formStates } from './forms.ts'
import { overlayStates } from './overlays.ts'
import { startStates } from './start.ts'
import { troubleStates } from './trouble.ts'

/** Every state of the page, by its address in the gallery. */
export const states: Readonly<Record<string, GalleryState>> = {
  ...under('start', startStates),
  ...under('conversation', conversationStates),
  ...under('content', contentStates),
  ...under('form', formStates),
  ...under('files', fileStates),
  ...under('trouble', troubleStates),
  ...under('ending', endingStates),
  ...under('overlay', overlayStates),
}

function under(group: string, states: Readonly<Record<string, GalleryState>>) {
  return Object.fromEntries(Object.entries(states).map(([name, state]) => [`${group}/${name}`, state]))
}
