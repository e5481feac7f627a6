import type { ArtifactView, TargetView } from '@capstan/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { linkTo } from '../api/download';
import { formatMilliseconds } from '../design/format';
import { Section } from '../design/page';
import { StateBadge } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { useMay, useRuntime } from '../runtime';
import { sourceLabel } from './camera-words';
import { useOnScreen } from './use-still';
import classes from './cameras.module.css';
import own from './session-pictures.module.css';

/** What each camera of a session answered: its picture, or why there is none. */
export function SessionPictures({ targets, artifacts }: { targets: readonly { readonly view: TargetView }[]; artifacts: Readonly<Record<string, ArtifactView>> }) {
  const pictures = new Map(Object.values(artifacts).flatMap((artifact) => (artifact.kind === 'snapshot' && artifact.target_id !== null ? [[artifact.target_id, artifact] as const] : [])));
  return (
    <Section title="Pictures" aside={<span className="num muted">{`${pictures.size} of ${targets.length}`}</span>}>
      <ul className={own['answers']} aria-label="Pictures">
        {targets.map(({ view }) => (
          <li key={view.target_id}>
            <Answer view={view} artifact={pictures.get(view.target_id)} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Answer({ view, artifact }: { view: TargetView; artifact: ArtifactView | undefined }) {
  const camera = (view.spec as { camera_id?: string }).camera_id;
  const text = (name: string): string | undefined => (typeof artifact?.meta[name] === 'string' ? artifact.meta[name] : undefined);
  const age = artifact?.meta['frame_age_ms'];
  const at = text('captured_at');
  return (
    <article className={own['answer']} aria-label={view.title}>
      <div className={own['answerPicture']}>
        {artifact === undefined ? view.error === null ? <span className={classes['waiting']} /> : <span className={classes['noPicture']}>{view.error.message}</span> : <ArtifactPicture artifact={artifact} title={view.title} />}
      </div>
      <div className={classes['shotText']}>
        {camera === undefined ? <b>{view.title}</b> : <Link to={`/cameras/${camera}`}>{view.title}</Link>}
        <span style={{ marginLeft: 'auto' }}>
          <StateBadge state={view.state} />
        </span>
      </div>
      <div className={`num ${classes['shotFacts']}`}>
        {at === undefined ? (view.error?.code ?? 'Waiting for its picture') : <TimeText iso={at} form="time" />}
        {typeof age === 'number' ? `, ${formatMilliseconds(age)} old, ${sourceLabel(text('source') ?? '')}` : ''}
      </div>
    </article>
  );
}

/** The picture itself, by a link of its own once it is on the screen. */
function ArtifactPicture({ artifact, title }: { artifact: ArtifactView; title: string }) {
  const { api } = useRuntime();
  const mayDownload = useMay('artifacts:download');
  const [ref, seen] = useOnScreen();
  const link = useQuery({ queryKey: ['artifact-link', artifact.artifact_id], enabled: seen && mayDownload, staleTime: 240_000, queryFn: () => linkTo(api, 'artifact', artifact.artifact_id) });
  if (!mayDownload) {
    return <span className={classes['noPicture']}>Stored. Your role may not look at the files of sessions.</span>;
  }
  return (
    <span ref={ref} style={{ width: '100%' }}>
      {link.data === undefined ? null : (
        <a href={link.data.url} target="_blank" rel="noreferrer" aria-label={`${title}, full size`}>
          <img src={link.data.url} alt={`What ${title} saw`} />
        </a>
      )}
    </span>
  );
}
