import type { Language } from '@foyer/shared/protocol/languages'

/**
 * What the guest reads, in English, until a conversation is there; the rest is in `en-conversation.ts`. Names come as they
 * are; numbers, sizes and times as the language writes them.
 */
export const en = {
  language: 'en' as Language,
  header: {
    unnamed: 'Chat with us',
    hint: 'We are here to help',
    asking: 'A few questions before we start',
    starting: 'Opening the chat…',
    waiting: 'Someone will be with you shortly',
    ended: 'This chat has ended',
    agent: 'You are talking to a person',
    bot: 'You are talking to a virtual assistant',
    end: 'End chat',
  },
  greeting: {
    title: 'How can we help?',
    text: 'Write your question below. A person or our assistant will answer right here.',
  },
  log: {
    name: 'Conversation',
    loading: 'Loading the conversation',
  },
  emoji: {
    groups: {
      smileys: 'Smileys',
      gestures: 'Gestures and hearts',
      nature: 'Animals and nature',
      food: 'Food and drink',
      activities: 'Travel and activities',
      objects: 'Objects and symbols',
    },
    open: 'Choose an emoji',
    title: 'Emoji',
  },
  roles: { guest: 'You', agent: 'Agent', bot: 'Assistant', system: 'Notice' },
  composer: {
    name: 'Message',
    placeholder: 'Write a message…',
    attach: 'Attach files',
    send: 'Send message',
    left: (count: string) => `${count} left`,
    over: (count: string) => `${count} too long`,
    tooLong: 'This is too long for one message. Please shorten it, or send it in parts.',
  },
  connection: {
    reconnecting: 'Reconnecting…',
    offline: 'You are offline – messages will be sent when you are back',
    waiting: 'We cannot reach the service; trying again',
    pausing: 'That was a lot at once; sending goes on',
    late: 'This is taking longer than usual…',
  },
}
export type OpeningWords = typeof en

/** Of the document, whose words no script carries (`document-words.ts`): but English may have to stand in. */
export const englishTitle = 'Chat'
