import cronstrue from 'cronstrue';

const NAMES: Readonly<Record<string, string>> = {
  '@hourly': 'Every hour',
  '@daily': 'Every day at midnight',
  '@weekly': 'Every Sunday at midnight',
  '@monthly': 'On the first day of every month',
  '@yearly': 'On the first of January',
  '@annually': 'On the first of January',
};

/** A cron expression in words; undefined for what is none. */
export function cronText(cron: string): string | undefined {
  const name = NAMES[cron.trim().toLowerCase()];
  if (name !== undefined) {
    return name;
  }
  try {
    return cronstrue.toString(cron.trim(), { use24HourTimeFormat: true, throwExceptionOnParseError: true });
  } catch {
    return undefined;
  }
}
