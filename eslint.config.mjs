import nx from '@nx/eslint-plugin';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** Who may import whom: `docs/adr/0002-monorepo.md`. The tag of a project is in its package.json. */
const boundaries = [
  { sourceTag: 'scope:kernel', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'scope:contracts', onlyDependOnLibsWithTags: ['scope:kernel'] },
  { sourceTag: 'scope:infrastructure', onlyDependOnLibsWithTags: ['scope:infrastructure', 'scope:contracts', 'scope:kernel'] },
  { sourceTag: 'scope:app', onlyDependOnLibsWithTags: ['scope:infrastructure', 'scope:contracts', 'scope:kernel', 'scope:testing'] },
  { sourceTag: 'scope:web', onlyDependOnLibsWithTags: ['scope:contracts'] },
  { sourceTag: 'scope:lab', onlyDependOnLibsWithTags: ['scope:contracts', 'scope:kernel'] },
  { sourceTag: 'scope:testing', onlyDependOnLibsWithTags: ['scope:infrastructure', 'scope:contracts', 'scope:kernel'] },
  { sourceTag: 'scope:tooling', onlyDependOnLibsWithTags: ['scope:tooling', 'scope:lab', 'scope:infrastructure', 'scope:testing', 'scope:contracts', 'scope:kernel'] },
];

/** Specs of a library may use the harness; the library itself may not. */
const boundariesOfSpecs = boundaries.map(({ sourceTag, onlyDependOnLibsWithTags }) => ({
  sourceTag,
  onlyDependOnLibsWithTags: sourceTag === 'scope:infrastructure' ? [...onlyDependOnLibsWithTags, 'scope:testing'] : onlyDependOnLibsWithTags,
}));

/** Specs of a service may start simulated devices; the service itself never meets the lab. */
const boundariesOfServiceSpecs = boundaries.map(({ sourceTag, onlyDependOnLibsWithTags }) => ({
  sourceTag,
  onlyDependOnLibsWithTags: sourceTag === 'scope:app' ? [...onlyDependOnLibsWithTags, 'scope:lab'] : onlyDependOnLibsWithTags,
}));

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/*.cjs', '**/*.mjs', '**/jest.config.js', 'examples/**'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [...tseslint.configs.recommended],
    plugins: { '@nx': nx, 'import-x': importX },
    // One program for all packages, as `tsc` has: a program per package reads the shared sources once for each of them.
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/resolver': { typescript: { conditionNames: ['@capstan/source', 'import', 'require', 'default'] } },
    },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { allow: [], banTransitiveDependencies: false, depConstraints: boundaries }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/consistent-type-imports': 'off',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'no-restricted-syntax': ['error', { selector: 'ExportAllDeclaration', message: 'Name what a module exports.' }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
        { object: 'Date', property: 'now', message: 'Take a Clock from @capstan/kernel.' },
        { object: 'Math', property: 'random', message: 'Take a Random from @capstan/kernel.' },
      ],
      'no-restricted-imports': ['error', { patterns: [{ group: ['@capstan/*/*', '!@capstan/service-kit/tracing'], message: 'Import a package by its name; nothing deeper.' }] }],
      eqeqeq: 'error',
      curly: 'error',
    },
  },
  {
    files: ['apps/web/**'],
    languageOptions: { parserOptions: { project: './apps/web/tsconfig.json', tsconfigRootDir: import.meta.dirname } },
  },
  {
    files: ['libs/**/*.spec.ts', 'libs/*/test/**'],
    rules: {
      '@nx/enforce-module-boundaries': ['error', { allow: [], banTransitiveDependencies: false, depConstraints: boundariesOfSpecs }],
    },
  },
  {
    files: ['apps/**/*.spec.ts', 'apps/*/test/**'],
    rules: {
      '@nx/enforce-module-boundaries': ['error', { allow: [], banTransitiveDependencies: false, depConstraints: boundariesOfServiceSpecs }],
    },
  },
  {
    files: ['libs/kernel/src/{clock,backoff}.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/config.ts', '**/*.spec.ts', '**/test/**', 'deploy/**', 'bench/**', 'chaos/**', 'libs/testing/**', 'libs/backing-services/**', 'apps/lab/**', '**/vite.config.ts', 'apps/web/**'],
    rules: { 'no-restricted-properties': 'off', 'import-x/no-default-export': 'off', '@typescript-eslint/require-array-sort-compare': 'off' },
  },
);
