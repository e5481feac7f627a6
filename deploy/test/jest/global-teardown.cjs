const { rmSync } = require('node:fs');

module.exports = () => rmSync(process.env.CAPSTAN_E2E_TABLES, { recursive: true, force: true });
