/**
 * The process that runs the servers of one jest run. A process of its own, so that tests find no foreign handles or children in theirs,
 * and so that everything is stopped and removed in order when jest is killed: the channel to it closes.
 */
require('./source-hook.cjs');
const { TestServiceHost } = require('../src/test-service-host.ts');

const host = new TestServiceHost();

async function end() {
  try {
    await host.close();
    process.exit(0);
  } catch (error) {
    console.error('The servers for tests were not stopped in order:', error);
    process.exit(1);
  }
}

process.once('disconnect', end);
// A terminal's Ctrl-C is for jest, which then ends us.
process.on('SIGINT', () => undefined);

host.open().then((socket) => process.send({ socket }));
