/** Loaded before the BFF, for a test of what every object has in it. */
process.on('SIGUSR2', () => process.stdout.write(`__proto__ ${'__proto__' in {} ? 'is there' : 'is gone'}\n`))
