import { subscribe } from 'node:diagnostics_channel'
import { ServerResponse } from 'node:http'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { WebSocket } from 'ws'

/*
 * Loaded before Foyer (`node --import`): kills the process, as SIGKILL does, when it passes the point named by CRASH_AT for
 * the CRASH_COUNT-th time. The points lie where the process meets its outside, so that its own code knows nothing of them:
 *
 *   guest's message   before-commit message · after-commit message · after-answer · before-upstream · after-upstream ·
 *                     upstream-answered · before-commit receipt · after-commit receipt
 *   agent's message   before-commit agent-message · after-commit agent-message · after-push agent-message
 */
const point = process.env['CRASH_AT']
let left = Number(process.env['CRASH_COUNT'] ?? 1)

function pass(name: string): void {
  if (name === point && --left === 0) process.kill(process.pid, 'SIGKILL')
}

/** What the transaction under way inserts, as far as the points tell them apart. */
let inserted: string[] = []

// Methods of Node itself are replaced: that is how a fault comes from outside.
const prepare = Reflect.get(DatabaseSync.prototype, 'prepare') as (this: DatabaseSync, sql: string) => StatementSync
DatabaseSync.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql)
  const run = statement.run.bind(statement)
  if (sql.startsWith('INSERT INTO events')) {
    statement.run = ((...values: SQLInputValue[]) => {
      const [, , , type, , , own] = values
      inserted.push(type === 'message' && own === 0 ? 'agent-message' : String(type))
      return run(...values)
    }) as typeof statement.run
  }
  if (sql === 'COMMIT') {
    statement.run = () => {
      const kinds = inserted
      inserted = []
      for (const kind of kinds) pass(`before-commit ${kind}`)
      const result = run()
      for (const kind of kinds) pass(`after-commit ${kind}`)
      return result
    }
  }
  return statement
}

const end = Reflect.get(ServerResponse.prototype, 'end') as (...args: unknown[]) => ServerResponse
ServerResponse.prototype.end = function (this: ServerResponse, ...args: unknown[]) {
  const result = end.apply(this, args)
  if (this.statusCode === 202) pass('after-answer')
  return result
}
const write = Reflect.get(ServerResponse.prototype, 'write') as (...args: unknown[]) => boolean
ServerResponse.prototype.write = function (this: ServerResponse, ...args: unknown[]) {
  const result = write.apply(this, args)
  if (String(args[0]).includes('event: message') && String(args[0]).includes('"role":"agent"')) {
    pass('after-push agent-message')
  }
  return result
}

interface UndiciMessage {
  readonly request: { readonly method: string; readonly path: string }
}
const onSend = (channel: string, name: string) =>
  subscribe(channel, (message) => {
    const { method, path } = (message as UndiciMessage).request
    if (method === 'POST' && path.endsWith('/messages')) pass(name)
  })
onSend('undici:request:create', 'before-upstream')
onSend('undici:request:bodySent', 'after-upstream')
onSend('undici:request:headers', 'upstream-answered')

const isText = (frame: unknown) => String(frame).includes('"type":"Text"')
const send = Reflect.get(WebSocket.prototype, 'send') as (...args: unknown[]) => void
WebSocket.prototype.send = function (this: WebSocket, ...args: unknown[]) {
  const isMessage = isText(args[0]) && String(args[0]).includes('"action":"onMessage"')
  if (isMessage) pass('before-upstream')
  send.apply(this, args)
  if (isMessage) pass('after-upstream')
}
const emit = Reflect.get(WebSocket.prototype, 'emit') as (...args: unknown[]) => boolean
WebSocket.prototype.emit = function (this: WebSocket, ...args: unknown[]) {
  if (args[0] === 'message' && String(args[1]).includes('"direction":"Inbound"') && isText(args[1])) {
    pass('upstream-answered')
  }
  return emit.apply(this, args)
}
