import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiProblem } from '../api/problem';
import { useRuntime } from '../runtime';
import { nextPictureMs, pictureQueue } from './picture-queue';

/** The newest picture of a camera, as far as it could be had. */
export interface Still {
  /** Address of the bytes in this tab. */
  readonly url: string;
  readonly frameAt: string;
  readonly source: string | undefined;
}

interface StillWish {
  /** Pixels; the whole picture when left out. */
  readonly width?: number;
  /** Milliseconds between two pictures; 0 for one that stays. */
  readonly everyMs: number;
  /** Whether anybody looks. Nothing is asked for otherwise. */
  readonly watched: boolean;
}

/** A picture that follows a camera. The one there is stays while the next one comes, and when none comes. */
export function useStill(cameraId: string, { width, everyMs, watched }: StillWish) {
  const { api } = useRuntime();
  const [still, setStill] = useState<Still>();
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const held = useRef<{ url: string; etag: string }>(undefined);
  const fresh = useRef(false);

  const lookNow = useCallback(() => {
    fresh.current = true;
    setTurn((before) => before + 1);
  }, []);

  useEffect(() => {
    if (!watched) {
      return undefined;
    }
    const gone = new AbortController();
    let timer = 0;
    let failures = 0;
    const look = async (): Promise<void> => {
      // Nobody sees a page in the background.
      if (document.visibilityState === 'hidden') {
        timer = window.setTimeout(() => void look(), 1_000);
        return;
      }
      // A little less than the pace, so that tiles of several people share one decoding.
      const maxAge = fresh.current ? 0 : Math.max(1_000, Math.round(everyMs * 0.8));
      fresh.current = false;
      try {
        const { response, bytes } = await pictureQueue.run(() => api.bytes('cameraStill', { params: { id: cameraId }, query: { width, max_age_ms: maxAge }, etag: held.current?.etag ?? '', signal: gone.signal }), gone.signal);
        if (bytes !== undefined) {
          const before = held.current?.url;
          held.current = { url: URL.createObjectURL(bytes), etag: response.headers.get('etag') ?? '' };
          // The old one is shown until the new one is decoded.
          window.setTimeout(() => before === undefined || URL.revokeObjectURL(before), 2_000);
        }
        setStill({ url: held.current?.url ?? '', frameAt: response.headers.get('x-frame-time') ?? '', source: response.headers.get('x-frame-source') ?? undefined });
        setError(null);
        failures = 0;
      } catch (problem) {
        if (gone.signal.aborted) {
          return;
        }
        failures += 1;
        setError(problem);
        if (problem instanceof ApiProblem && problem.status === 404) {
          return;
        }
      }
      if (everyMs > 0 || failures > 0) {
        timer = window.setTimeout(() => void look(), nextPictureMs(everyMs, failures));
      }
    };
    void look();
    return () => {
      gone.abort();
      window.clearTimeout(timer);
    };
  }, [api, cameraId, width, everyMs, watched, turn]);

  useEffect(
    () => () => {
      if (held.current !== undefined) {
        URL.revokeObjectURL(held.current.url);
        held.current = undefined;
      }
    },
    [],
  );
  return { still, error, lookNow };
}

/** Whether an element is on the screen, or nearly. */
export function useOnScreen(): [(element: HTMLElement | null) => void, boolean] {
  const [seen, setSeen] = useState(false);
  const observer = useRef<IntersectionObserver>(undefined);
  const ref = useCallback((element: HTMLElement | null) => {
    observer.current?.disconnect();
    if (element !== null) {
      observer.current = new IntersectionObserver((entries) => setSeen(entries.at(-1)?.isIntersecting ?? false), { rootMargin: '80px' });
      observer.current.observe(element);
    }
  }, []);
  return [ref, seen];
}
