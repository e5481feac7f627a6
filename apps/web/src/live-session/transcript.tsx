import { Drawer, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo, useRef, useState } from 'react';
import { readText } from '../api/download';
import { CopyButton } from '../design/copy-button';
import { ProblemNotice } from '../design/feedback';
import type { LiveSession } from '../live/live-session';
import { useMay, useRuntime } from '../runtime';
import classes from './live-session.module.css';

interface TranscriptAccess {
  readonly exists: boolean;
  readonly blocked?: string;
  readonly open: () => void;
}

const TranscriptContext = createContext<(targetId: string) => TranscriptAccess>(() => ({ exists: false, open: () => undefined }));

/** The transcript of a target: whether there is one, and how to open it. */
export function useTranscript(targetId: string): TranscriptAccess {
  return useContext(TranscriptContext)(targetId);
}

/** Shows one transcript at a time beside the page. */
export function TranscriptProvider({ session, children }: { session: LiveSession; children: ReactNode }) {
  const mayRead = useMay('artifacts:download');
  const [shown, setShown] = useState<{ artifactId: string; title: string }>();
  const { artifacts, targets } = session;
  const byTarget = useMemo(() => new Map(Object.values(artifacts).filter(({ kind }) => kind === 'transcript').map((artifact) => [artifact.target_id, artifact.artifact_id])), [artifacts]);
  const latest = useRef(targets);
  latest.current = targets;
  const access = useMemo(
    () =>
      (targetId: string): TranscriptAccess => {
        const artifactId = byTarget.get(targetId);
        const blocked = mayRead ? undefined : 'Your role may not read what was captured';
        return {
          exists: artifactId !== undefined,
          blocked,
          open: () => {
            if (artifactId !== undefined && blocked === undefined) {
              setShown({ artifactId, title: latest.current[targetId]?.view.title ?? '' });
            }
          },
        };
      },
    // Not `targets`: every card would be drawn with each progress message.
    [byTarget, mayRead],
  );
  return (
    <TranscriptContext value={access}>
      {children}
      <Drawer opened={shown !== undefined} onClose={() => setShown(undefined)} position="right" size="min(720px, 100vw)" title={`Transcript · ${shown?.title ?? ''}`} closeButtonProps={{ 'aria-label': 'Close transcript' }}>
        {shown === undefined ? null : <TranscriptText artifactId={shown.artifactId} />}
      </Drawer>
    </TranscriptContext>
  );
}

function TranscriptText({ artifactId }: { artifactId: string }) {
  const { api } = useRuntime();
  const text = useQuery({ queryKey: ['transcript', artifactId], queryFn: () => readText(api, artifactId), staleTime: Infinity });
  if (text.isError) {
    return <ProblemNotice error={text.error} retry={() => void text.refetch()} />;
  }
  return text.data === undefined ? (
    <Skeleton height={320} />
  ) : (
    <div className={classes['transcript']}>
      <CopyButton value={text.data}>Copy transcript</CopyButton>
      <pre className="mono" tabIndex={0} aria-label="Transcript">
        {text.data}
      </pre>
    </div>
  );
}
