import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/*
 * What a fresh clone needs before anything runs: packages, and the built page. Runs on the system's Node (20.19 or newer)
 * with nothing installed; everything after it runs on the Node the project pins. Done once, skipped while nothing changed.
 */

export const root = fileURLToPath(new URL('..', import.meta.url))
const windows = process.platform === 'win32'
const bin = join(root, 'node_modules', '.bin')
const stamps = join(root, 'node_modules', '.foyer')

/** The Node binary that the project pins as a dependency. */
export const pinnedNode = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node')

export const webFolder = join(root, 'apps', 'web')
export const vite = join(webFolder, 'node_modules', '.bin', 'vite')

/** The environment in which the project's own tools, and its Node, come first. */
export const projectEnv = { ...process.env, PATH: `${bin}${windows ? ';' : ':'}${process.env.PATH ?? ''}` }

export function setUp() {
  once('installed', ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'], () =>
    run('npx', ['-y', 'pnpm@12', 'install', '--frozen-lockfile'], 'Installing packages'),
  )
  once('page-built', ['pnpm-lock.yaml', 'apps/web', 'packages/shared/src'], () =>
    run(vite, ['build'], 'Building the page', webFolder),
  )
}

/** Runs a command to its end; a failure ends this process with the command's code. */
export function run(command, args, title, cwd = root) {
  if (title) console.log(`\n${title} …`)
  const { status, error } = spawnSync(command, args, { cwd, env: projectEnv, stdio: 'inherit', shell: windows })
  if (error) console.error(`${command}: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

/** Does the work unless it was done for just these inputs. */
function once(name, inputs, work) {
  const stamp = join(stamps, name)
  const print = fingerprint(inputs)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return
  work()
  mkdirSync(stamps, { recursive: true })
  writeFileSync(stamp, print)
}

function fingerprint(inputs) {
  const hash = createHash('sha256')
  for (const file of inputs.flatMap((input) => filesIn(join(root, input)))) hash.update(file).update(readFileSync(file))
  return hash.digest('hex')
}

function filesIn(path) {
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && name !== 'dist')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name }) => filesIn(join(path, name)))
}
