export type { HostKey } from './inventory';
export type { FaultTrigger, GearFault, TimedFault } from './ssh-gear/faults';
export { FaultBoard } from './ssh-gear/faults';
export { type GearContext, type GearHook, type GearLogic, type GearPlatform, HOOK_CLOSED, HOOK_INTERRUPTED, type HookCall } from './ssh-gear/gear-platform';
export type { GearAction, GearCommand, GearCondition, GearPager, GearQuestion, GearScript, GearSsh, GearVariables } from './ssh-gear/gear-script';
export { readRecording, type RecordedExchange, type Recording } from './ssh-gear/recording';
export { type GearAccount, type GearEvent, SshGear, type SshGearOptions } from './ssh-gear/ssh-gear.client';
