import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

/** The gallery, built for the tests that go through it. The build of the page knows nothing of it. */
export default defineConfig({
  plugins: [svelte({ configFile: false })],
  build: { rolldownOptions: { input: 'gallery.html' }, target: 'es2023', minify: false },
})
