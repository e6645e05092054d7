/*
 * What it takes to hold a conversation. The first script greets and lets the guest type; this follows right behind it,
 * as one part, and is there long before the first answer can be.
 */
export { ConversationState } from './state/conversation.svelte.ts'
export { default as ChatExtras } from './views/conversation/ChatExtras.svelte'
export { default as Departure } from './views/conversation/Departure.svelte'
export { default as Ended } from './views/conversation/Ended.svelte'
export { default as Log } from './views/conversation/Log.svelte'
export { default as Notices } from './views/conversation/Notices.svelte'
export { default as PreChat } from './views/conversation/PreChat.svelte'
export { default as Rating } from './views/conversation/Rating.svelte'
export { default as RefusedStart } from './views/conversation/RefusedStart.svelte'
export { default as Tray } from './views/conversation/Tray.svelte'
export { speakOn } from './text/conversation-words.ts'
export { showAccent } from './theme/show-accent.ts'
