module.exports = async () => {
  const services = globalThis.__capstanTestServices;
  if (services !== undefined) {
    services.host.disconnect();
    const code = await services.ended;
    if (code !== 0) {
      throw new Error('The servers for tests were not stopped in order');
    }
  }
};
