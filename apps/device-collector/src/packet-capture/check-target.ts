import { CAPTURE_OPTIONS } from '@capstan/contracts';
import type { FieldError } from '@capstan/kernel';
import type { CaptureDriver, CaptureTarget } from './capture-driver';
import { toFieldErrors } from './field-errors';

/**
 * What a device type cannot do of what a target asks for: the mode, options of other platforms, the filter. Nothing of it is
 * ignored in silence. Pure.
 */
export function checkTarget(driver: CaptureDriver, target: CaptureTarget): FieldError[] {
  const { modes, options } = driver.capabilities(target.device_type);
  const errors: FieldError[] = [];
  if (!modes.includes(target.mode)) {
    errors.push({ path: 'mode', code: 'UNSUPPORTED_MODE', message: `${target.device_type} has no ${target.mode} mode; it has ${modes.join(', ')}` });
  }
  for (const option of CAPTURE_OPTIONS) {
    if (target[option] !== undefined && !options.includes(option)) {
      errors.push({ path: option, code: 'UNSUPPORTED_OPTION', message: `${target.device_type} does not know ${option}` });
    }
  }
  try {
    driver.preview(target);
  } catch (error) {
    errors.push(...toFieldErrors(error));
  }
  return errors;
}
