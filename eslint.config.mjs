import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'data', 'coverage', '.cache'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.mjs', 'scripts/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      // Ports are asynchronous even where an in-memory adapter has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['src/adapters/inbound/socket/**/*.ts'],
    ignores: ['src/adapters/inbound/socket/bind-events.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name='socket'][callee.property.name='on']",
          message: 'A raw socket handler that throws ends the process: go through bindEvents.',
        },
      ],
    },
  },
  {
    // A plain client knows no types: what it is told is checked by what each test expects of it.
    files: ['tests/e2e/**', 'tests/integration/cli/**', 'tests/faults/**', 'tests/support/harness/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  { files: ['scripts/**', 'bench/**', 'tests/**', 'src/main/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.mjs', 'examples/**'], ...tseslint.configs.disableTypeChecked },
  {
    files: ['**/*.mjs', 'examples/**'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', fetch: 'readonly' } },
    rules: { 'no-console': 'off', '@typescript-eslint/no-unused-vars': ['error', { args: 'none' }] },
  },
);
