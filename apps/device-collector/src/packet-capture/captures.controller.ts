import { captureRpc, type RequestOf, type ResponseOf } from '@capstan/contracts';
import { validationError } from '@capstan/kernel';
import { OnRpc } from '@capstan/messaging';
import { Controller } from '@nestjs/common';
import { DriverRegistry } from '../drivers/registry';
import { checkTarget } from './check-target';
import { completeTarget } from './packet-capture.executor';

/** Fields that the request has once for all targets. */
const SHARED_FIELDS = /^(?:filter|mode|on_unsupported|size_per_file_mb|max_files)(?:\.|$)/;

/** No credential is needed to show a command. */
const NO_CREDENTIAL = '00000000-0000-0000-0000-000000000000';

/** Questions to the driver registry. */
@Controller()
export class CapturesController {
  constructor(private readonly drivers: DriverRegistry) {}

  @OnRpc(captureRpc.capabilities)
  async capabilities(): Promise<ResponseOf<typeof captureRpc.capabilities>> {
    return { capabilities: this.drivers.capabilities() };
  }

  @OnRpc(captureRpc.preview)
  async preview({ targets, ...shared }: RequestOf<typeof captureRpc.preview>): Promise<ResponseOf<typeof captureRpc.preview>> {
    const { duration_sec: _, ...capture } = shared;
    const previews = targets.map((wanted, index) => {
      const target = completeTarget({ ...wanted, kind: 'packet-capture' as const, credential_id: NO_CREDENTIAL, ...capture });
      const driver = this.drivers.find(target.device_type);
      if (driver === undefined) {
        throw validationError([
          { path: `targets.${index}.device_type`, code: 'DEVICE_TYPE_UNAVAILABLE', message: `packets cannot be captured on ${target.device_type} yet; available: ${this.drivers.available().join(', ')}` },
        ]);
      }
      const errors = checkTarget(driver, target);
      if (errors.length > 0) {
        throw validationError(errors.map((error) => ({ ...error, path: SHARED_FIELDS.test(error.path) ? error.path : `targets.${index}.${error.path}` })));
      }
      const { command, filterExpression, postFilter, dropped } = driver.preview(target);
      return { device_type: target.device_type, host: target.host, command, filter_expression: filterExpression, post_filter: postFilter, dropped: [...dropped] };
    });
    return { previews };
  }
}
