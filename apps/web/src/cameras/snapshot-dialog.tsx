import type { SnapshotView } from '@capstan/contracts';
import { Button, Modal, Switch } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconDownload, IconLink } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { download, linkTo } from '../api/download';
import { copyText } from '../design/clipboard';
import { ConfirmDialog } from '../design/confirm-dialog';
import { CopyIcon } from '../design/copy-button';
import { say, sayProblem } from '../design/feedback';
import { formatBytes, formatMilliseconds } from '../design/format';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { sourceLabel } from './camera-words';
import { StoredImage } from './stored-image';
import { snapshotsKey } from './use-cameras';
import classes from './cameras.module.css';

interface SnapshotDialogProps {
  readonly snapshot: SnapshotView | undefined;
  readonly onClose: () => void;
  readonly onNewer: (() => void) | undefined;
  readonly onOlder: (() => void) | undefined;
}

/** One stored picture, large, with all that is known of it. */
export function SnapshotDialog({ snapshot, onClose, onNewer, onOlder }: SnapshotDialogProps) {
  return (
    <Modal
      opened={snapshot !== undefined}
      onClose={onClose}
      title={snapshot === undefined ? '' : snapshot.camera_name}
      size={960}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') {
          onNewer?.();
        } else if (event.key === 'ArrowRight') {
          onOlder?.();
        }
      }}
    >
      {snapshot === undefined ? null : <SnapshotDetails key={snapshot.id} snapshot={snapshot} onClose={onClose} onNewer={onNewer} onOlder={onOlder} />}
    </Modal>
  );
}

function SnapshotDetails({ snapshot, onClose, onNewer, onOlder }: SnapshotDialogProps & { snapshot: SnapshotView }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const mayWrite = useMay('cameras:write');
  const [held, setHeld] = useState(snapshot.legal_hold);
  const [deleting, setDeleting] = useState(false);
  const reread = (): Promise<void> => queries.invalidateQueries({ queryKey: snapshotsKey(snapshot.device_id) });
  const hold = async (on: boolean): Promise<void> => {
    setHeld(on);
    try {
      await api.call('holdSnapshot', { params: { id: snapshot.id }, body: { legal_hold: on } });
      await reread();
    } catch (error) {
      setHeld(!on);
      sayProblem('The snapshot is as it was', error);
    }
  };
  const share = async (): Promise<void> => {
    try {
      const { url } = await linkTo(api, 'snapshot', snapshot.id);
      await copyText(new URL(url, window.location.origin).href);
      say('A link is copied. Whoever has it sees this picture for a short time.');
    } catch (error) {
      sayProblem('No link was made', error);
    }
  };
  const remove = async (): Promise<void> => {
    try {
      await api.call('deleteSnapshot', { params: { id: snapshot.id } });
      onClose();
      await reread();
    } catch (error) {
      sayProblem('The snapshot was not deleted', error);
    }
  };
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Frame of', <TimeText key="at" iso={snapshot.captured_at} />],
    ['Size', `${snapshot.width}×${snapshot.height}, ${snapshot.image_format.toUpperCase()}, ${formatBytes(snapshot.file_size)}`],
    ['Came', `${sourceLabel(snapshot.source)}, ${formatMilliseconds(snapshot.frame_age_ms)} old when it was asked for`],
    ['Kept until', snapshot.expires_at === null ? 'the rules for all snapshots say otherwise' : <TimeText key="until" iso={snapshot.expires_at} form="minute" />],
    [
      'SHA-256',
      <span key="sha" className="mono">
        {snapshot.sha256.slice(0, 24)}… <CopyIcon value={snapshot.sha256} label="Copy SHA-256" />
      </span>,
    ],
    [
      'Perceptual hash',
      <span key="hash" className="mono">
        {snapshot.perceptual_hash}
      </span>,
    ],
  ];
  return (
    <div className={classes['stack']}>
      <div className={classes['large']}>
        <StoredImage id={snapshot.id} what="snapshotBinary" alt={`Snapshot of ${snapshot.camera_name}`} />
      </div>
      <div className={classes['dialogBar']}>
        <span className={classes['row']}>
          <Button variant="default" px={8} aria-label="Newer" disabled={onNewer === undefined} onClick={onNewer}>
            <IconChevronLeft size={16} aria-hidden />
          </Button>
          <Button variant="default" px={8} aria-label="Older" disabled={onOlder === undefined} onClick={onOlder}>
            <IconChevronRight size={16} aria-hidden />
          </Button>
        </span>
        <span className={classes['row']}>
          <Button leftSection={<IconDownload size={14} aria-hidden />} onClick={() => void download(api, 'snapshot', snapshot.id).catch((error: unknown) => sayProblem('The download did not start', error))}>
            Download
          </Button>
          <Button variant="default" leftSection={<IconLink size={14} aria-hidden />} onClick={() => void share()}>
            Copy a link
          </Button>
          {mayWrite ? (
            <Button variant="outline" color="red" onClick={() => setDeleting(true)}>
              Delete
            </Button>
          ) : null}
        </span>
      </div>
      <dl className={classes['facts']}>
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {mayWrite ? <Switch size="xs" label="Hold: no rule of retention removes it" checked={held} onChange={(event) => void hold(event.currentTarget.checked)} /> : null}
      <ConfirmDialog opened={deleting} title="Delete this snapshot?" confirm="Delete" danger onClose={() => setDeleting(false)} onConfirm={() => void remove()}>
        The picture and its thumbnail are removed for good.
      </ConfirmDialog>
    </div>
  );
}
