import type { CameraView, GroupView } from '@capstan/contracts';
import { Checkbox, NumberInput, PasswordInput, SegmentedControl, Select, Switch, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ApiProblem } from '../api/problem';
import { Panel } from '../design/page';
import { type CameraDraft, draftProblems } from './camera-draft';
import classes from './cameras.module.css';

interface CameraFieldsProps {
  readonly draft: CameraDraft;
  readonly groups: readonly GroupView[];
  readonly onChange: (part: Partial<CameraDraft>) => void;
  /** What the API said about the last try. */
  readonly problem: ApiProblem | undefined;
  /** The camera that is changed; left out for a new one. */
  readonly camera?: CameraView;
}

/** Every field of a camera. */
export function CameraFields({ draft, groups, onChange, problem, camera }: CameraFieldsProps) {
  const typed = draftProblems(draft);
  const at = (name: keyof CameraDraft): string | undefined => typed[name] ?? problem?.fields.find(({ path }) => path === name || path.endsWith(`.${name}`))?.message ?? (name === 'rtsp_url' && problem?.code === 'CAMERA_EXISTS' ? 'there is a camera with this address already' : undefined);
  const text = (name: 'name' | 'rtsp_url' | 'substream_url' | 'snapshot_url' | 'username' | 'resolution' | 'location') => ({
    size: 'xs' as const,
    value: draft[name],
    error: at(name),
    onChange: (event: { currentTarget: { value: string } }) => onChange({ [name]: event.currentTarget.value }),
  });
  const figure = (name: 'fps' | 'latitude' | 'longitude' | 'detection_sensitivity' | 'timeout_ms' | 'snapshot_interval_sec') => ({ size: 'xs' as const, value: draft[name], error: at(name), onChange: (value: number | string) => onChange({ [name]: value }) });
  const flag = (name: 'is_active' | 'is_primary' | 'enable_recording' | 'enable_snapshots' | 'enable_detection') => ({ size: 'xs' as const, checked: draft[name], onChange: (event: { currentTarget: { checked: boolean } }) => onChange({ [name]: event.currentTarget.checked }) });
  return (
    <>
      <Block title="Camera">
        <TextInput label="Name" required maxLength={255} {...text('name')} />
        <TextInput label="Place" maxLength={255} placeholder="Building A, gate 2" {...text('location')} />
        <Select label="Group" size="xs" placeholder="No group" clearable data={groups.map(({ id, name }) => ({ value: id, label: name }))} value={draft.group_id} error={at('group_id')} onChange={(id) => onChange({ group_id: id })} clearButtonProps={{ 'aria-label': 'No group' }} />
        <div className={classes['pair']}>
          <NumberInput label="Latitude" min={-90} max={90} decimalScale={6} clampBehavior="none" {...figure('latitude')} />
          <NumberInput label="Longitude" min={-180} max={180} decimalScale={6} clampBehavior="none" {...figure('longitude')} />
        </div>
        <Textarea label="Description" size="xs" maxLength={1_000} autosize minRows={2} value={draft.description} error={at('description')} onChange={(event) => onChange({ description: event.currentTarget.value })} />
      </Block>
      <Block title="Stream">
        <TextInput label="Stream" required maxLength={2_048} placeholder="rtsp://192.168.1.20:554/stream1" spellCheck={false} autoComplete="off" {...text('rtsp_url')} />
        <TextInput label="Substream" description="A smaller stream of the same picture, for health checks" maxLength={2_048} placeholder="rtsp://192.168.1.20:554/stream2" spellCheck={false} autoComplete="off" {...text('substream_url')} />
        <TextInput label="Still address" description="Where the camera itself gives a picture" maxLength={2_048} placeholder="http://192.168.1.20/snapshot.jpg" spellCheck={false} autoComplete="off" {...text('snapshot_url')} />
        <div className={classes['pair']}>
          <TextInput label="User name" maxLength={200} spellCheck={false} autoComplete="off" {...text('username')} />
          <PasswordInput
            label="Password"
            size="xs"
            autoComplete="new-password"
            maxLength={1_000}
            disabled={draft.clear_password}
            placeholder={camera?.has_password === true ? 'Stored; leave empty to keep' : ''}
            value={draft.password}
            error={at('password')}
            onChange={(event) => onChange({ password: event.currentTarget.value })}
          />
        </div>
        {camera?.has_password === true ? <Checkbox size="xs" label="Forget the stored password" checked={draft.clear_password} onChange={(event) => onChange({ clear_password: event.currentTarget.checked, password: '' })} /> : <p className={classes['note']}>The password is sealed when it is stored, and never shown again.</p>}
      </Block>
      <Block title="What it sends">
        <div className={classes['triple']}>
          <Select
            label="Codec"
            size="xs"
            allowDeselect={false}
            data={[
              { value: 'h264', label: 'H.264' },
              { value: 'h265', label: 'H.265' },
              { value: 'mjpeg', label: 'MJPEG' },
            ]}
            value={draft.codec}
            onChange={(codec) => onChange({ codec: codec as CameraDraft['codec'] })}
          />
          <TextInput label="Resolution" placeholder="1920x1080" {...text('resolution')} />
          <NumberInput label="Frames/s" min={1} max={60} allowDecimal={false} clampBehavior="none" {...figure('fps')} />
        </div>
        <p className={classes['note']}>As configured on the camera. What it really sends is measured, and a difference is shown.</p>
      </Block>
      <Block title="How it is reached">
        <Labelled label="Transport">
          <SegmentedControl
            aria-label="Transport"
            size="xs"
            data={[
              { value: 'auto', label: 'Automatic' },
              { value: 'tcp', label: 'TCP' },
              { value: 'udp', label: 'UDP' },
            ]}
            value={draft.transport}
            onChange={(transport) => onChange({ transport: transport as CameraDraft['transport'] })}
          />
        </Labelled>
        <Labelled label="Keep a connection open">
          <SegmentedControl
            aria-label="Keep a connection open"
            size="xs"
            data={[
              { value: 'always', label: 'Always' },
              { value: 'on_demand', label: 'While used' },
              { value: 'never', label: 'Never' },
            ]}
            value={draft.warm}
            onChange={(warm) => onChange({ warm: warm as CameraDraft['warm'] })}
          />
        </Labelled>
        <NumberInput label="Time-out of each step" suffix=" ms" min={500} max={60_000} step={500} allowDecimal={false} clampBehavior="none" {...figure('timeout_ms')} />
      </Block>
      <Block title="What is done with it">
        <Switch label="Active: looked at each minute" {...flag('is_active')} />
        <Switch label="Snapshots" {...flag('enable_snapshots')} />
        <NumberInput label="Take a snapshot by itself every" description="Empty for none" suffix=" s" min={10} max={86_400} allowDecimal={false} clampBehavior="none" {...figure('snapshot_interval_sec')} />
        <Switch label="Primary camera of its place" {...flag('is_primary')} />
        <Switch label="Recording" {...flag('enable_recording')} />
        <Switch label="Detection" {...flag('enable_detection')} />
        <NumberInput label="Sensitivity of detection" min={0} max={1} step={0.1} decimalScale={2} clampBehavior="none" disabled={!draft.enable_detection} {...figure('detection_sensitivity')} />
      </Block>
    </>
  );
}

function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Panel>
      <fieldset className={classes['block']}>
        <legend>{title}</legend>
        {children}
      </fieldset>
    </Panel>
  );
}

function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <div className={classes['label']}>{label}</div>
      {children}
    </div>
  );
}
