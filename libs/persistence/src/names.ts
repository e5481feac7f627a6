import { AppError } from '@capstan/kernel';

const SERVICE_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

function assertServiceName(service: string): void {
  if (!SERVICE_NAME.test(service) || service.length > 50) {
    throw new AppError('SERVICE_NAME_INVALID', `${JSON.stringify(service)} cannot name a service: lower-case letters, digits and single hyphens, at most 50`);
  }
}

/** The schema of a service: `capture-orchestrator` keeps its tables in `capture_orchestrator`. */
export function schemaOf(service: string): string {
  assertServiceName(service);
  return service.replaceAll('-', '_');
}

/** The login role of a service: `capstan_capture_orchestrator`. */
export function roleOf(service: string): string {
  return `capstan_${schemaOf(service)}`;
}
