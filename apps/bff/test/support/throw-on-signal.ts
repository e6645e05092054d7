/** Loaded before the BFF, for a test of what becomes of an error that nobody catches. */
const bug = () => new Error('a bug, for a test')

process.on('SIGUSR2', () => {
  throw bug()
})
process.on('SIGHUP', () => void Promise.reject(bug()))
