import { z } from 'zod';

/** A JSON Schema, as plain data. */
export type JsonSchema = Record<string, unknown>;

/**
 * Collects JSON Schemas: those with a name become components, the others stay where they are used. One schema can have
 * two forms: as it is sent (fields with a default may be left out) and as it is received.
 */
export class SchemaCollection {
  readonly components: Record<string, JsonSchema> = {};
  private readonly names = z.registry<{ id: string }>();

  constructor(named: Readonly<Record<string, z.ZodType>>) {
    for (const [id, schema] of Object.entries(named)) {
      this.names.add(schema, { id });
    }
  }

  /** The schema, or a reference to it when it has a name. */
  add(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const suffix = io === 'input' ? 'Input' : '';
    const { $schema: _, $defs, ...root } = z.toJSONSchema(schema, {
      io,
      metadata: this.names,
      unrepresentable: 'any',
      target: 'draft-2020-12',
    }) as JsonSchema & { $defs?: Record<string, JsonSchema> };
    for (const [name, definition] of Object.entries($defs ?? {})) {
      this.components[name + suffix] = relocate(definition, suffix);
    }
    const id = this.names.get(schema)?.id;
    if (id === undefined) {
      return relocate(root, suffix);
    }
    // The schema itself is among the definitions when something in it refers to it, or when zod put it there by its name.
    if (!('$ref' in root)) {
      this.components[id + suffix] = relocate(root, suffix);
    }
    return { $ref: `#/components/schemas/${id}${suffix}` };
  }
}

/** Moves references from the schema's own definitions to the document's components; drops what only repeats them. */
function relocate(schema: JsonSchema, suffix: string): JsonSchema {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value.map(visit);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, item]) => !(key === 'id' && typeof item === 'string'))
        .map(([key, item]) => [key, key === '$ref' && typeof item === 'string' ? item.replace(/^#\/\$defs\/(.+)$/, `#/components/schemas/$1${suffix}`) : visit(item)]),
    );
  };
  return visit(schema) as JsonSchema;
}
