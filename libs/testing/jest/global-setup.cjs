const { fork } = require('node:child_process');
const path = require('node:path');

/** Once per jest run: offers the real servers to all workers. Each is started when the first test asks for it, so that a single file starts fast. */
module.exports = async () => {
  const host = fork(path.join(__dirname, 'service-host.cjs'), { detached: true, execArgv: [] });
  const ended = new Promise((resolve) => host.once('exit', resolve));
  process.env.CAPSTAN_TEST_SERVICES = await new Promise((resolve, reject) => {
    host.once('message', ({ socket }) => resolve(socket));
    void ended.then((code) => reject(new Error(`The host of the servers for tests ended with code ${code}`)));
  });
  globalThis.__capstanTestServices = { host, ended };
};
