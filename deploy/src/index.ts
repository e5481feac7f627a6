export { ApiClient, type CallOptions, ProblemError } from './client/api-client';
export { type BundleMember, type BundleReport, differencesOf, extractMember, inspectBundle } from './bundle/bundle';
export { type LabCamera, type LabGear, type LabInventory, LabProcess, type LabTarget } from './lab/lab-process';
export { LocalStack, type LocalStackOptions } from './stack/local-stack';
export { type LauncherSettings, readLauncherSettings, ROOT } from './stack/settings';
