const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const offerServers = require('../../../libs/testing/jest/global-setup.cjs');

/** Once per jest run: a broker, and the tables of a new Capstan, which every system of the tests begins with. Needs the build. */
module.exports = async () => {
  await offerServers();
  const { LocalStack, readLauncherSettings } = require('../../dist/index.js');
  const folder = mkdtempSync(path.join(tmpdir(), 'capstan-e2e-tables-'));
  await LocalStack.prepare({ settings: readLauncherSettings({ ...process.env, CAPSTAN_DATA_DIR: folder }), log: () => undefined });
  process.env.CAPSTAN_E2E_TABLES = folder;
};
