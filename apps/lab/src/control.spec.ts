import { parseControl } from './control';

describe(parseControl.name, () => {
  it.each([
    ['{"do":"ps","host":"lab-linux-1","id":3}', { do: 'ps', host: 'lab-linux-1', id: 3 }],
    ['{"do":"traffic","calls_per_min":0}', { do: 'traffic', calls_per_min: 0, id: undefined }],
    ['{"do":"status"}', { do: 'status', id: undefined }],
    ['{"do":"sink-fault","sink":"webhook-sink","fault":"500","id":4}', { do: 'sink-fault', sink: 'webhook-sink', fault: '500', id: 4 }],
    ['{"do":"sink-received","sink":"mail-sink"}', { do: 'sink-received', sink: 'mail-sink', after: 0, id: undefined }],
  ])('reads %s', (line, command) => {
    expect(parseControl(line)).toEqual(command);
  });

  it.each([
    ['{', 'not JSON'],
    ['null', 'not an object'],
    ['{"do":"reboot","host":"x"}', 'do must be one of link-down'],
    ['{"do":"ps"}', 'host must be'],
    ['{"do":"sink-fault","sink":"fax","fault":"500"}', 'sink must be mail-sink or webhook-sink'],
    ['{"do":"sink-fault","sink":"mail-sink"}', 'sink-fault needs fault'],
    ['{"do":"traffic","calls_per_min":121}', 'from 0 to 120'],
    ['{"do":"traffic","calls_per_min":"5"}', 'from 0 to 120'],
  ])('refuses %s', (line, message) => {
    expect(() => parseControl(line)).toThrow(message);
  });
});
