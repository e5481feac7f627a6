import { version } from '../package.json';

/** Version of this build of Capstan; every package carries the same one. */
export const VERSION: string = version;
