const { rmSync } = require('node:fs');
const stopServers = require('../../../libs/testing/jest/global-teardown.cjs');

module.exports = async () => {
  rmSync(process.env.CAPSTAN_E2E_TABLES, { recursive: true, force: true });
  await stopServers();
};
