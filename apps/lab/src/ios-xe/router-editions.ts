/**
 * What differs between releases, as data. A wording seen on a real router is one changed text here.
 * `{{name}}` is replaced by a variable of the device or by what the command is about.
 */
export interface RouterEdition {
  readonly name: string;
  /** Lines of `show version`. */
  readonly version: string;
  /** Said to `start`; what is logged is not part of it. */
  readonly started: string;
  readonly stopped: string;
  /** Logged on every terminal that monitors. */
  readonly logsToTerminal: boolean;
  /** Said to an export that is complete. */
  readonly exported: string;
  /** `location` is needed before the address of an export. */
  readonly exportNeedsLocation: boolean;
  /** How packets are listed. */
  readonly dump: 'words' | 'bytes';
  /** Lines before every answer of a show command. */
  readonly preamble: string;
  /** Whether calls are traced and can be shown (17.3 and later). */
  readonly voipTrace: boolean;
}

/** IOS-XE 16: says little to the terminal, logs it instead, and lists packets in words of four bytes. */
export const IOS_XE_16: RouterEdition = {
  name: 'ios-xe-16',
  version: `Cisco IOS XE Software, Version 16.12.05
Cisco IOS Software [Gibraltar], Virtual XE Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 16.12.5, RELEASE SOFTWARE (fc3)
Technical Support: http://www.cisco.com/techsupport
{{host_name}} uptime is 3 weeks, 2 days, 4 hours, 11 minutes
System image file is "bootflash:packages.conf"
cisco CSR1000V (VXE) processor (revision VXE) with 2190795K/3075K bytes of memory.
Configuration register is 0x2102
`,
  started: '',
  stopped: '',
  logsToTerminal: true,
  exported: 'Exported Successfully\n',
  exportNeedsLocation: false,
  dump: 'words',
  preamble: '',
  voipTrace: false,
};

/** IOS-XE 17: answers start and stop, and lists packets byte by byte. */
export const IOS_XE_17: RouterEdition = {
  name: 'ios-xe-17',
  version: `Cisco IOS XE Software, Version 17.09.04a
Cisco IOS Software [Cupertino], Virtual XE Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 17.9.4a, RELEASE SOFTWARE (fc3)
Technical Support: http://www.cisco.com/techsupport
{{host_name}} uptime is 1 day, 7 hours, 3 minutes
System image file is "bootflash:packages.conf"
cisco C8000V (VXE) processor (revision VXE) with 1986174K/3075K bytes of memory.
Configuration register is 0x2102
`,
  started: 'Started capture point : {{capture}}\n',
  stopped: 'Capture statistics collected at software:\n\tCapture duration - {{seconds}} seconds\n\tPackets received - {{packets}}\n\tPackets dropped - 0\nStopped capture point : {{capture}}\n',
  logsToTerminal: false,
  exported: 'Exported Successfully\n',
  exportNeedsLocation: false,
  dump: 'bytes',
  preamble: 'Load for five secs: 2%/0%; one minute: 3%; five minutes: 3%\nTime source is NTP, {{clock}}\n\n',
  voipTrace: true,
};

/** IOS-XE as on switches that took to routers: `export location`, answered before the file is complete. */
export const IOS_XE_17_LOCATION: RouterEdition = { ...IOS_XE_17, name: 'ios-xe-17-location', exported: 'Export Started Successfully\n', exportNeedsLocation: true };

/** Classic IOS, which captures in another way. */
export const IOS_15: RouterEdition = {
  ...IOS_XE_16,
  name: 'ios-15',
  version: `Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.7(3)M8, RELEASE SOFTWARE (fc1)
ROM: System Bootstrap, Version 15.0(1r)M16, RELEASE SOFTWARE (fc1)
`,
};
