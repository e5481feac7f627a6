import { z } from 'zod';

/** Settings by variable name. */
export type SettingShape = Readonly<Record<string, z.ZodType>>;

/** One row of the configuration table. */
export interface SettingRow {
  readonly variable: string;
  readonly required: boolean;
  /** The default as text; empty when there is none. */
  readonly fallback: string;
  /** An empty text can be a default, too. */
  readonly hasDefault: boolean;
  readonly meaning: string;
}

/** The JSON Schema of a shape knows default, range and description, whatever zod wrappers a setting is built of. */
export function settingRows(shape: SettingShape): SettingRow[] {
  const schema = z.toJSONSchema(z.object(shape), { io: 'input', unrepresentable: 'any' }) as {
    properties: Record<string, { default?: unknown; description?: string; enum?: unknown[]; minimum?: number; maximum?: number }>;
    required?: string[];
  };
  return Object.entries(schema.properties).map(([variable, property]) => {
    const required = schema.required?.includes(variable) === true && property.default === undefined && !shape[variable]?.safeParse(undefined).success;
    const allowed = property.enum ? ` One of ${property.enum.map((value) => `\`${String(value)}\``).join(', ')}.` : property.minimum !== undefined && property.maximum !== undefined ? ` From ${property.minimum} to ${property.maximum}.` : '';
    return {
      variable,
      required,
      fallback: property.default === undefined ? '' : String(property.default),
      hasDefault: property.default !== undefined,
      meaning: `${property.description ?? ''}.${allowed}`.replace(/^\./, ''),
    };
  });
}

/** A Markdown table of settings, in the order in which the schema names them. */
export function configurationTable(shape: SettingShape): string {
  return [
    '| variable | default | meaning |',
    '|---|---|---|',
    ...settingRows(shape).map(({ variable, required, hasDefault, fallback, meaning }) => `| \`${variable}\` | ${required ? '**required**' : hasDefault ? `\`${fallback}\`` : ''} | ${meaning.replaceAll('|', '\\|')} |`),
  ].join('\n');
}

/** Replaces what stands between `<!-- settings:NAME -->` and `<!-- /settings -->` by the tables of the named shapes. */
export function withTables(markdown: string, shapes: Readonly<Record<string, SettingShape>>): string {
  return markdown.replace(/(<!-- settings:([\w-]+) -->)[\s\S]*?(<!-- \/settings -->)/g, (whole, open: string, name: string, close: string) => {
    const shape = shapes[name];
    return shape === undefined ? whole : `${open}\n${configurationTable(shape)}\n${close}`;
  });
}
