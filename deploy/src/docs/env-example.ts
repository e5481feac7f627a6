import { type SettingShape, settingRows } from './configuration';

/** Settings under one heading of `.env.example`. */
export interface EnvSection {
  readonly title: string;
  readonly shape: SettingShape;
}

/**
 * The text of `.env.example`: every setting once, where it first comes up, commented out and with its default, so that a copy changes nothing.
 * @param decided variables that the deployment sets by itself
 */
export function envExample(sections: readonly EnvSection[], decided: readonly string[]): string {
  const seen = new Set(decided);
  const blocks = sections.flatMap(({ title, shape }) => {
    const rows = settingRows(shape).filter(({ variable }) => !seen.has(variable));
    rows.forEach(({ variable }) => seen.add(variable));
    return rows.length === 0 ? [] : [[`# ── ${title}`, ...rows.map(({ variable, fallback, meaning }) => `\n# ${meaning}\n#${variable}=${fallback}`)].join('\n')];
  });
  return `${[
    '# Settings for docker-compose.yml: copy to .env and take the # away from what you change. Every line shows the default.',
    '# No secret belongs here: passwords and keys are made at the first start and kept in volumes of their own.',
    '# Generated from the schemas the services validate their environment with (npm run docs).',
    '',
    blocks.join('\n\n'),
  ].join('\n')}\n`;
}
