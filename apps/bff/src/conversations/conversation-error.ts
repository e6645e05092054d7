/** What a guest asked of a conversation cannot be done, whoever the platform is. */
export class ConversationError extends Error {
  override readonly name = 'ConversationError'
  readonly code: 'not-found' | 'ended' | 'message-id-reused' | 'not-supported' | 'too-many-unsent'
  constructor(code: ConversationError['code']) {
    super(code)
    this.code = code
  }
}
