import js from '@eslint/js'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['**/dist/', '**/node_modules/', 'data/', 'test-results/', '**/samples/'] },
  js.configs.recommended,
  ts.configs.strict,
  svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node } },
    rules: {
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'prefer-const': 'error',
      'no-unused-vars': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-invalid-void-type': ['error', { allowInGenericTypeArguments: true }],
    },
  },
  {
    files: ['apps/web/**'],
    languageOptions: { globals: { ...globals.browser } },
    rules: { 'svelte/no-at-html-tags': 'error', 'svelte/button-has-type': 'error' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
  },
  { files: ['apps/simulator/src/agent-console/page/**'], languageOptions: { globals: { ...globals.browser } } },
  { files: ['e2e/**', 'bench/**'], languageOptions: { globals: { ...globals.browser } } },
  // What a person runs in a terminal talks through the console; servers talk through their logger.
  { files: ['scripts/**', 'bench/**', '**/doctor/main.ts'], rules: { 'no-console': 'off' } },
  // Every variable the process is given is read, and checked, in one place.
  {
    files: ['apps/bff/src/**/*.ts', 'apps/simulator/src/**/*.ts'],
    ignores: ['**/main.ts', '**/config.ts', '**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts and main.ts read the environment.' },
      ],
    },
  },
)
