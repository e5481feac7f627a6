/** Version of a node, and the wordings by which it differs from others. Nothing of it has been seen on a real node. */
export interface NodeEdition {
  readonly name: string;
  readonly version: string;
  /** Software part of the SSH identification. */
  readonly ident: string;
  readonly algorithms: 'modern' | 'legacy';
  readonly methods: readonly ('password' | 'keyboard-interactive')[];
  /** Names of rotated files: `.cap0` or, as wide as the last one needs, `.cap00`. */
  readonly rotatedNames: 'plain' | 'padded';
  /** What Ctrl-C makes of a capture, before the prompt. */
  readonly interrupted: string;
  /** Whether tcpdump's closing lines come through. */
  readonly trailer: boolean;
  /** Lines between `file get` and its first question. */
  readonly gathered: string;
  /** The first question of `file get`. */
  readonly proceed: string;
  readonly deleted: string;
  readonly unknown: string;
}

const V12: NodeEdition = {
  name: 'cucm-12.5',
  version: '12.5.1.14900-63',
  ident: 'OpenSSH_7.4',
  algorithms: 'modern',
  methods: ['password', 'keyboard-interactive'],
  rotatedNames: 'plain',
  interrupted: 'Control-C pressed\n\n',
  trailer: false,
  gathered: 'Please wait while the system is gathering files info ...done.\nSub-directories were not traversed.\nNumber of files affected: {{get_files}}\nTotal size in Bytes: {{get_bytes}}\nTotal size in Kbytes: {{get_kbytes}}\n',
  proceed: 'Would you like to proceed [y/n]? ',
  deleted: 'files: found = {{deleted_files}}, deleted = {{deleted_files}}\n',
  unknown: 'No valid command entered\n',
};

/** 11.5: the SSH of its day, Ctrl-C without a word of its own, tcpdump's lines. */
export const CUCM_11_5: NodeEdition = {
  ...V12,
  name: 'cucm-11.5',
  version: '11.5.1.18900-97',
  ident: 'OpenSSH_5.3',
  algorithms: 'legacy',
  methods: ['keyboard-interactive'],
  interrupted: '^C',
  trailer: true,
  unknown: 'Executed command unsuccessfully\nNo valid command entered\n',
};
/** 12.5. */
export const CUCM_12_5 = V12;
/** 14: rotated names as wide as they need. */
export const CUCM_14: NodeEdition = { ...V12, name: 'cucm-14', version: '14.0.1.13900-155', ident: 'OpenSSH_8.0', rotatedNames: 'padded', trailer: true };
/** 15: another first question of `file get`, and the path of the file. */
export const CUCM_15: NodeEdition = {
  ...V12,
  name: 'cucm-15',
  version: '15.0.1.11900-23',
  ident: 'OpenSSH_9.6 PKIX[14.4.2]',
  rotatedNames: 'padded',
  gathered: `Please wait while the system is gathering files info ...done.\nGet file: active/platform/cli/{{get_pattern}}\n${V12.gathered.split('\n').slice(1).join('\n')}`,
  proceed: "Please answer 'y' for <yes> or 'n' for <no>: ",
};
/** Every edition, by the major version that names it on the command line of the lab. */
export const CUCM_EDITIONS: Readonly<Record<string, NodeEdition>> = { '11': CUCM_11_5, '12': CUCM_12_5, '14': CUCM_14, '15': CUCM_15 };
