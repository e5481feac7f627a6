import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useRuntime } from '../runtime';
import { pictureQueue } from './picture-queue';
import { useOnScreen } from './use-still';
import classes from './cameras.module.css';

/** A stored picture. Its bytes never change, so they are read once, and only when somebody sees it. */
export function StoredImage({ id, what, alt }: { id: string; what: 'snapshotThumbnail' | 'snapshotBinary'; alt: string }) {
  const { api } = useRuntime();
  const [ref, seen] = useOnScreen();
  const bytes = useQuery({
    queryKey: ['stored-image', what, id],
    enabled: seen,
    staleTime: Infinity,
    gcTime: 120_000,
    queryFn: async ({ signal }) => (await pictureQueue.run(() => api.bytes(what, { params: { id }, signal }), signal)).bytes ?? null,
  });
  const url = useObjectUrl(bytes.data);
  return (
    <span ref={ref} className={classes['storedImage']}>
      {url === undefined ? <span className={classes['noPicture']}>{bytes.isError ? 'The picture could not be read' : ''}</span> : <img src={url} alt={alt} draggable={false} />}
    </span>
  );
}

/** An address for bytes, for as long as they are shown. */
export function useObjectUrl(bytes: Blob | null | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (bytes === null || bytes === undefined) {
      setUrl(undefined);
      return undefined;
    }
    const made = URL.createObjectURL(bytes);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes]);
  return url;
}
