import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { validationError } from '@capstan/kernel';
import { builtInPlatforms, PlatformCatalogue } from '../find-platform';
import { readPlatformFiles } from './platform-file';

/**
 * Capstan's platforms and those of the `*.json` files of a directory.
 * @param directory absent: Capstan's only
 * @throws AppError `VALIDATION_FAILED` naming every wrong place of every file; the error of the file system when it cannot be read
 */
export async function loadPlatforms(directory: string | undefined): Promise<PlatformCatalogue> {
  if (directory === undefined || directory === '') {
    return builtInPlatforms;
  }
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json'));
  const files = await Promise.all(names.map(async (name) => ({ name, text: await readFile(join(directory, name), 'utf8') })));
  const { platforms, errors } = readPlatformFiles(files, builtInPlatforms.all.map(({ data }) => data));
  if (errors.length > 0) {
    throw validationError(errors, `The platform files in ${directory} are not valid`);
  }
  return new PlatformCatalogue(platforms);
}
