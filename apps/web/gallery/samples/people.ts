import type { Participant } from '@foyer/shared/protocol/participant'

export const guest: Participant = { participantId: 'guest', role: 'guest' }
export const bot: Participant = { participantId: 'bot', role: 'bot', name: 'Harbor Assistant' }
export const mia: Participant = { participantId: 'mia', role: 'agent', name: 'Mia Lindqvist' }
/** With a picture of her own. */
export const noor: Participant = {
  ...{ participantId: 'noor', role: 'agent', name: 'Noor Haddad' },
  image: 'https://harborlane.example/noor.png',
}
export const nameless: Participant = { participantId: 'nameless', role: 'agent' }
export const longName: Participant = {
  ...{ participantId: 'long', role: 'agent' },
  name: 'Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh, Customer Happiness Team Lead (Rentals, North)',
}
