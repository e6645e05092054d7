import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const lockfile = parse(read('pnpm-lock.yaml')) as Lockfile
const workspace = parse(read('pnpm-workspace.yaml')) as Record<string, unknown>

interface Lockfile {
  /** By name and version. */
  readonly packages: Readonly<Record<string, { readonly resolution: Readonly<Record<string, string>> }>>
}
interface Manifest {
  readonly name: string
  readonly scripts?: Readonly<Record<string, string>>
}

/** The lowest versions without a known hole that matters here (S51); of Node the lowest line that is supported (S52). */
const FLOORS = { hono: '4.13.5', '@hono/node-server': '2.0.0', node: '24.0.0' }

const locked = Object.entries(lockfile.packages).map(([key, { resolution }]) => {
  const at = key.lastIndexOf('@')
  return { name: key.slice(0, at), version: key.slice(at + 1), resolution }
})

/** Of versions without a tag of a pre-release. */
const isBelow = (version: string, floor: string) => version.localeCompare(floor, 'en', { numeric: true }) < 0

test.each(Object.entries(FLOORS))('S51 %s is locked at no version below %s', (name, floor) => {
  const versions = locked.filter((one) => one.name === name).map(({ version }) => version)
  expect(versions).not.toEqual([])
  for (const version of versions) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(isBelow(version, floor), version).toBe(false)
  }
})

test('S51 a version is below another by its numbers', () => {
  expect(['4.13.4', '4.9.9', '3.99.99'].filter((version) => isBelow(version, '4.13.5'))).toHaveLength(3)
  expect(['4.13.5', '4.13.19', '4.100.0', '10.0.0'].filter((version) => isBelow(version, '4.13.5'))).toEqual([])
})

test('S51 every package comes from the registry and is what was locked', () => {
  expect(locked.length).toBeGreaterThan(100)
  const others = locked.filter(
    ({ resolution }) => !/^sha512-/.test(resolution['integrity'] ?? '') || 'tarball' in resolution,
  )
  expect(others).toEqual([])
})

/** Run when a package is installed; a `binding.gyp` makes one of its own. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall']

function hasInstallScript(folder: string, { scripts = {} }: Manifest): boolean {
  return INSTALL_SCRIPTS.some((name) => name in scripts) || existsSync(join(folder, 'binding.gyp'))
}

/** Where pnpm puts what it has installed, with links beside it to what it needs. */
const store = join(root, 'node_modules/.pnpm')
const installed = globSync('*@*/node_modules/{*,@*/*}', { cwd: store })
  .map((folder) => join(store, folder))
  .filter((folder) => existsSync(join(folder, 'package.json')))

test('S51 no package runs a script when it is installed but Node itself, which the project is pinned to', () => {
  expect(installed.length).toBeGreaterThan(100)
  const withScript = installed.flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
    return hasInstallScript(folder, manifest) ? [manifest.name] : []
  })
  const allowed = workspace['allowBuilds'] as Record<string, boolean>
  expect(Object.entries(allowed).filter(([, mayRun]) => mayRun)).toEqual([['node', true]])
  expect(withScript.filter((name) => !(name in allowed))).toEqual([])
  expect(withScript).toContain('node')
  // Nothing else that would let more of them run.
  expect(Object.keys(workspace).sort()).toEqual(['allowBuilds', 'packages'])
  expect(existsSync(join(root, '.npmrc')) || 'pnpm' in JSON.parse(read('package.json'))).toBe(false)
})
