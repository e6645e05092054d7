import type { Heard } from './scenario.ts'

/** What the bot answers, one topic per line of keywords; the first that fits wins. */
const topics: readonly { readonly about: RegExp; readonly answers: readonly string[] }[] = [
  {
    about: /\b(agent|human|person|someone|operator|representative|mensch|mitarbeiter)\b/i,
    answers: [
      'Of course. I have put you in the queue; a colleague will join here as soon as one is free.',
      'You are still in the queue. Stay here and a colleague will take over.',
    ],
  },
  {
    about: /\b(order|parcel|package|delivery|shipping|shipped|bestellung|lieferung)\b/i,
    answers: [
      'I can look into an order. What is its number? It starts with an A, such as A-1042.',
      'Orders leave our depot on the day they are packed and usually arrive within two working days.',
      'If the parcel is late, tell me the order number and I will pass it on to a colleague.',
    ],
  },
  {
    about: /\bA-?\d{3,}\b/i,
    answers: ['Thank you, I found it: it left the depot this morning and should be with you tomorrow.'],
  },
  {
    about: /\b(return|refund|money back|exchange|umtausch)\b/i,
    answers: [
      'You can return anything within 30 days. The label is in the box; a refund takes three to five working days.',
      'Once the parcel is back with us, the refund goes to the account you paid with.',
    ],
  },
  {
    about: /\b(open|opening|hours|when|öffnungszeiten)\b/i,
    answers: ['We are here Monday to Saturday, 8 am to 8 pm. I am here around the clock.'],
  },
  {
    about: /\b(help|hilfe|what can you)\b/i,
    answers: [
      'I can help with orders, returns and opening hours. Write “agent” at any time to talk to a person.',
      'Try me: “Where is my order?”, “I want to return something”, or “agent” for a person.',
    ],
  },
  {
    about: /\b(bye|goodbye|that'?s all|see you|tschüss|ciao)\b/i,
    answers: ['Thank you for writing. Have a good day! You can end the chat whenever you like.'],
  },
  {
    about: /\b(thanks|thank you|thx|cheers|danke)\b/i,
    answers: ['You are welcome! Is there anything else?', 'Glad I could help.'],
  },
  {
    about: /^(hi|hello|hey|hallo|good (morning|afternoon|evening)|moin)\b/i,
    answers: ['Hello! What brings you here?', 'Hi again. What can I do for you?'],
  },
]

/** Replies for one conversation: they do not repeat while there is another one left to give. */
export function createReplies(guestName: string | undefined) {
  const timesUsed = new Map<unknown, number>()
  const nextOf = (answers: readonly string[]) => {
    const used = timesUsed.get(answers) ?? 0
    timesUsed.set(answers, used + 1)
    return answers[used % answers.length] ?? ''
  }
  return {
    greet: () =>
      `Hello${guestName === undefined ? '' : ` ${guestName}`}, I am Robin, the virtual assistant. How can I help you today?`,
    reply({ words, files }: Heard): string {
      const topic = topics.find(({ about }) => about.test(words))
      if (topic) return nextOf(topic.answers)
      if (files.length > 0) return nextOf(aboutFiles).replace('{files}', () => quote(files.join(', ')))
      return words.trim() === '' ? nextOf(wordless) : nextOf(fallbacks).replace('{text}', () => quote(words))
    },
  }
}

const fallbacks: readonly string[] = [
  'You wrote “{text}”. Can you tell me a little more?',
  'I am not sure I understand “{text}”. I know about orders, returns and opening hours.',
  'Noted: “{text}”. Write “agent” and a colleague will look at it with you.',
]

const aboutFiles: readonly string[] = [
  'Thank you, “{files}” has arrived. What is it about?',
  'I have “{files}”. Write “agent” and a colleague will look at it with you.',
]

const wordless: readonly string[] = ['Thank you. Can you tell me a little more?', 'Noted. What else can I do for you?']

const MAX_QUOTED_CHARACTERS = 60
const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** In one line, shortened between two characters as people see them: an emoji may be many code units. */
function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  let count = 0
  for (const { index } of characters.segment(line)) {
    if (count++ === MAX_QUOTED_CHARACTERS) return `${line.slice(0, index)}…`
  }
  return line
}
