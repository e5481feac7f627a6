/** A value of a row in words; `–` where the device told nothing. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined || value === '') {
    return '–';
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? '–' : value.map(valueText).join(', ');
  }
  if (typeof value === 'object') {
    return Object.values(value).filter((part) => part !== null && part !== '').map(valueText).join(' ');
  }
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value as string | number);
}
