/**
 * Lets plain Node load the TypeScript sources of the workspace: jest transforms test files, but not what its global setup requires,
 * and the packages need not have been built. Conditions of package exports cannot be added to a running process, hence the resolver.
 */
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const swc = require('@swc/core');

const workspace = path.resolve(__dirname, '..', '..', '..');
const settings = JSON.parse(fs.readFileSync(path.join(workspace, '.swcrc'), 'utf8'));
const resolve = Module._resolveFilename;

Module._resolveFilename = function resolveSource(request, ...rest) {
  const name = /^@capstan\/([a-z-]+)$/.exec(request)?.[1];
  return name === undefined ? resolve.call(this, request, ...rest) : path.join(workspace, 'libs', name, 'src', 'index.ts');
};

require.extensions['.ts'] = (module, filename) => {
  const source = fs.readFileSync(filename, 'utf8');
  const { code } = swc.transformSync(source, { ...settings, swcrc: false, filename, sourceMaps: 'inline' });
  module._compile(code, filename);
};
