/** The broker's URL from the environment; it holds a password, so it is not given on the command line, which is public. */
export function brokerUrlFromEnvironment(): string | undefined {
  const url = process.env['RABBITMQ_URL'];
  return url === '' ? undefined : url;
}
