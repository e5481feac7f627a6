const fs = require('node:fs');
const path = require('node:path');

/**
 * One jest run for the whole monorepo. A file's name says its level:
 *   *.spec.ts            unit: no outside world, milliseconds
 *   *.component.spec.ts  a real PostgreSQL, RabbitMQ, S3 server, sshd or tcpdump
 *   *.e2e.spec.ts        the whole stack, with a real browser
 */
const swc = JSON.parse(fs.readFileSync(path.join(__dirname, '.swcrc'), 'utf8'));
const shared = {
  rootDir: __dirname,
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/deploy', '<rootDir>/bench', '<rootDir>/chaos'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@capstan/source', 'node', 'require', 'default'] },
  transform: { '\\.tsx?$': ['@swc/jest', { ...swc, swcrc: false }], 'node_modules/jose/.+\\.js$': ['@swc/jest', { module: swc.module, swcrc: false }] },
  // jose ships ES modules only; Node 20.19 requires them, jest's own module system does not.
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  modulePathIgnorePatterns: ['/dist/'],
  setupFiles: [require.resolve('reflect-metadata')],
};

module.exports = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.component\\.spec\\.ts$', '\\.e2e\\.spec\\.ts$'],
    },
    {
      ...shared,
      displayName: 'component',
      testMatch: ['**/*.component.spec.ts'],
      globalSetup: '<rootDir>/libs/testing/jest/global-setup.cjs',
      globalTeardown: '<rootDir>/libs/testing/jest/global-teardown.cjs',
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['**/*.e2e.spec.ts'],
      globalSetup: '<rootDir>/deploy/test/jest/global-setup.cjs',
      globalTeardown: '<rootDir>/deploy/test/jest/global-teardown.cjs',
    },
  ],
  // A net for what hangs, wide enough for four test files on two busy cores.
  testTimeout: 60_000,
};
