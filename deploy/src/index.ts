export { ApiClient, type CallOptions, ProblemError } from './client/api-client';
export { addDevices, collect, type Collected, type CollectOptions } from './client/collecting';
export { type BundleMember, type BundleReport, differencesOf, extractMember, inspectBundle } from './bundle/bundle';
export { type LabCamera, type LabCliDevice, type LabGear, type LabInventory, LabProcess, type LabSink, type LabTarget } from './lab/lab-process';
export { backUp, restore } from './backup/local-backup';
export { LocalStack, type LocalStackOptions } from './stack/local-stack';
export { processName, ServiceProcess, type ServiceProcessOptions } from './stack/service-process';
export { type LauncherSettings, readLauncherSettings, ROOT } from './stack/settings';
