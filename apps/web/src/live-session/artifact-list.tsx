import { Button, Tooltip } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { ArtifactView } from '@capstan/contracts';
import { memo, useMemo } from 'react';
import { download } from '../api/download';
import { CopyIcon } from '../design/copy-button';
import { Empty, sayProblem } from '../design/feedback';
import { formatBytes, formatCount } from '../design/format';
import { Panel, Section } from '../design/page';
import { StatusBadge } from '../design/status-badge';
import { useMay, useRuntime } from '../runtime';
import classes from './live-session.module.css';

/** What is stored, as it arrives. */
export const ArtifactList = memo(function ArtifactList({ artifacts: stored, titles, over }: { artifacts: Readonly<Record<string, ArtifactView>>; titles: ReadonlyMap<string, string>; over: boolean }) {
  const { api } = useRuntime();
  const mayDownload = useMay('artifacts:download');
  const artifacts = useMemo(() => {
    const order = new Map([...titles.keys()].map((id, index) => [id, index]));
    // What belongs to the whole session comes first.
    const place = ({ target_id: id }: ArtifactView): number => (id === null ? -1 : (order.get(id) ?? 0));
    return Object.values(stored).sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name));
  }, [stored, titles]);
  return (
    <Section title="Artifacts" aside={<span className="num muted">{artifacts.length === 0 ? '' : `${artifacts.length}, ${formatBytes(artifacts.reduce((sum, { size }) => sum + size, 0))}`}</span>}>
      <Panel padded={false}>
        {artifacts.length === 0 ? (
          <Empty title={over ? 'Nothing was stored' : 'Nothing is stored yet'}>{over ? 'No target came as far as a verified file.' : 'Each file appears here when it is stored and its checksum is known.'}</Empty>
        ) : (
          <ul className={classes['artifacts']}>
            {artifacts.map((artifact) => (
              <li key={artifact.artifact_id} className={classes['artifact']}>
                <div className={classes['artifactText']}>
                  <span className={classes['artifactName']} title={artifact.name}>
                    {artifact.name}
                  </span>
                  <span className={`num ${classes['artifactFacts']}`}>
                    {artifact.target_id === null ? 'Whole session' : titles.get(artifact.target_id)} · {formatBytes(artifact.size)}
                    {typeof artifact.meta['packets'] === 'number' ? ` · ${formatCount(artifact.meta['packets'])} packets` : ''}
                  </span>
                  <span className={`mono ${classes['sha']}`}>
                    <span title={artifact.sha256}>sha256 {artifact.sha256.slice(0, 16)}…</span>
                    <CopyIcon value={artifact.sha256} label={`Copy sha256 of ${artifact.name}`} />
                  </span>
                </div>
                {artifact.meta['truncated'] === true ? <StatusBadge status="attention">Truncated</StatusBadge> : null}
                {artifact.lost_at === undefined ? null : <StatusBadge status="failed">Lost</StatusBadge>}
                <Tooltip label={mayDownload ? `Download ${artifact.name}` : 'Your role may not download captures'}>
                  <Button variant="default" px={8} aria-label={`Download ${artifact.name}`} data-disabled={!mayDownload || undefined} onClick={() => mayDownload && void download(api, 'artifact', artifact.artifact_id).catch((error: unknown) => sayProblem('The download did not start', error))}>
                    <IconDownload size={14} aria-hidden />
                  </Button>
                </Tooltip>
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </Section>
  );
});
