import type { Locator, Page } from '@playwright/test'

/** The guest's page, by what a guest sees of it. */
export class ChatPage {
  readonly page: Page
  readonly log: Locator
  readonly composer: Locator
  readonly sendButton: Locator
  readonly bubbles: Locator
  /** Violations of the content security policy and uncaught errors. */
  readonly complaints: string[] = []
  readonly #url: string

  constructor(page: Page, url: string) {
    this.page = page
    this.#url = url
    this.log = page.getByRole('log', { name: 'Conversation' })
    this.composer = page.getByRole('textbox', { name: 'Message' })
    this.sendButton = page.getByRole('button', { name: 'Send message' })
    this.bubbles = page.locator('[data-message-id]')
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) this.complaints.push(message.text())
    })
  }

  async open(): Promise<void> {
    await this.page.goto(this.#url)
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text)
    await this.composer.press('Enter')
  }

  /** The dots and their words, as they are seen; they are also said once to a screen reader. */
  typing(name: string): Locator {
    return this.page.getByRole('paragraph').filter({ hasText: `${name} is typing` })
  }

  bubble(text: string): Locator {
    return this.bubbles.filter({ hasText: text })
  }

  /** What is said, top to bottom. */
  async texts(): Promise<string[]> {
    return (await this.bubbles.allTextContents()).map((text) => text.trim())
  }
}
