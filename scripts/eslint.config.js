// The manner of src/, as far as a tool can see it. Everything is an error: there is no warnings level.
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const forbid = (selector, message) => ({ selector, message });

/** Holds in every TypeScript file. */
const everywhere = [
  forbid('ExportDefaultDeclaration', 'Export by name: a default export is called differently by each importer.'),
  forbid('ExportAllDeclaration', 'No barrels: import from the file that defines it.'),
];

/** Holds in the product. */
const product = [
  ...everywhere,
  forbid(
    ':matches(ClassDeclaration, ClassExpression):not([superClass.name=/Error$/])',
    'Functions over classes: only errors are classes, state is a closure.',
  ),
  forbid(
    ':matches(:function, TSEmptyBodyFunctionExpression, TSDeclareFunction, TSMethodSignature, TSFunctionType) > Identifier.params > TSTypeAnnotation > TSBooleanKeyword',
    'No boolean parameters: a call `f(x, true)` says nothing. Take a union of words, or write two functions.',
  ),
  forbid(
    ':matches(:function) > AssignmentPattern.params > :matches(Literal[value=true], Literal[value=false]).right',
    'No boolean parameters: a call `f(x, true)` says nothing. Take a union of words, or write two functions.',
  ),
];

const environment = [
  forbid(
    'MemberExpression[object.name="process"][property.name="env"]',
    'Only config.ts reads the environment: take the value as a parameter.',
  ),
  forbid(
    'VariableDeclarator[init.name="process"] > ObjectPattern > Property[key.name="env"]',
    'Only config.ts reads the environment: take the value as a parameter.',
  ),
];

const environmentModule = {
  paths: ['process', 'node:process'].map((name) => ({
    name,
    importNames: ['env', 'default'],
    message: 'Only config.ts reads the environment: take the value as a parameter.',
  })),
};

/** What makes an answer depend on more than its question. */
const impure = [
  forbid('NewExpression[callee.name="Date"][arguments.length=0]', 'The core has no clock: the instant is a parameter.'),
  forbid('CallExpression[callee.name="Date"]', 'The core has no clock: the instant is a parameter.'),
];

const clocks = [
  ['Date', 'now'],
  ['performance', 'now'],
  ['Math', 'random'],
  ['crypto', 'randomUUID'],
  ['crypto', 'getRandomValues'],
].map(([object, property]) => ({
  object,
  property,
  message: 'The core has no clock and no chance: take the instant or the id as a parameter.',
}));

const outsideTheCore = [
  'process',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'fetch',
  'console',
].map((name) => ({
  name,
  message: 'scim/, domain/ and provisioning/ are pure: no clock, process, network or console.',
}));

const console = {
  name: 'console',
  message: 'The log is a parameter; what a command prints goes to its output stream.',
};

export default defineConfig(
  { ignores: ['dist/**', 'dist.*/**', 'coverage/**', 'data/**', 'test/bench/peers/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      complexity: ['error', 12],
      eqeqeq: 'error',
      'max-lines': ['error', 300],
      'no-restricted-syntax': ['error', ...everywhere],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Numbers are readable in a sentence; anything else has to say how it is written.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // What holds state is a closure and has no `this` that could be lost; where `this` is used, it is an error class's own.
      '@typescript-eslint/unbound-method': 'off',
      // An async function that awaits nothing rejects where a plain one would throw: that is what a port promises.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...product, ...environment],
      'no-restricted-imports': ['error', environmentModule],
      'no-restricted-globals': ['error', console],
    },
  },
  {
    files: ['src/config.ts'],
    rules: { 'no-restricted-syntax': ['error', ...product], 'no-restricted-imports': 'off' },
  },
  {
    files: ['src/{scim,domain,provisioning}/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...product, ...environment, ...impure],
      'no-restricted-properties': ['error', ...clocks],
      'no-restricted-globals': ['error', ...outsideTheCore],
    },
  },
  {
    files: ['src/storage/**/*.ts'],
    rules: {
      // mongoose's schema definitions are literals typed as its classes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // chai's assertions are properties: expect(x).to.be.undefined
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', module: 'writable', require: 'readonly' },
    },
  },
  { files: ['scripts/eslint.config.js'], rules: { 'no-restricted-syntax': 'off' } },
);
