#!/usr/bin/env node
import { AppError } from '@capstan/kernel';
import { parseParkingOrder } from './arguments';
import { brokerUrlFromEnvironment } from './config';
import { runParking } from './run-parking';

async function main(): Promise<number> {
  const order = parseParkingOrder(process.argv.slice(2));
  const url = brokerUrlFromEnvironment();
  if (url === undefined) {
    throw new AppError('USAGE', 'RABBITMQ_URL is not set');
  }
  const { lines, complete } = await runParking(url, order);
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return complete ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof AppError && error.code === 'USAGE' ? 2 : 1;
  },
);
