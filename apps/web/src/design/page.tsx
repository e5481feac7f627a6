import { type ReactNode, useEffect, useRef } from 'react';
import { Link } from 'react-router';
import classes from './page.module.css';

interface PageProps {
  readonly title: string;
  /** Shown in the browser's tab; the title when left out. */
  readonly documentTitle?: string;
  readonly back?: { readonly to: string; readonly label: string };
  /** Beside the title: a badge. */
  readonly mark?: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of every page. Its heading takes the focus when the page is opened, so that keyboard and screen reader start there. */
export function Page({ title, documentTitle, back, mark, description, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A field of the page that asked for the focus keeps it.
    if (!(heading.current?.closest('main')?.contains(document.activeElement) ?? false) || document.activeElement?.id === 'content') {
      heading.current?.focus({ preventScroll: true });
    }
  }, []);
  useEffect(() => {
    document.title = `${documentTitle ?? title} · Capstan`;
  }, [documentTitle, title]);
  return (
    <div className={classes['page']}>
      <header className={classes['header']}>
        <div className={classes['titles']}>
          {back === undefined ? null : (
            <Link className={classes['back']} to={back.to}>
              {back.label}
              <span aria-hidden> /</span>
            </Link>
          )}
          <div className={classes['titleRow']}>
            <h1 ref={heading} tabIndex={-1} className={classes['title']}>
              {title}
            </h1>
            {mark}
          </div>
          {description === undefined ? null : <div className={classes['description']}>{description}</div>}
        </div>
        {actions === undefined ? null : <div className={classes['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A titled part of a page. */
export function Section({ title, aside, children, id }: { title: string; aside?: ReactNode; children: ReactNode; id?: string }) {
  return (
    <section className={classes['section']} aria-label={title} id={id}>
      <div className={classes['sectionHead']}>
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** A calm surface with a border. */
export function Panel({ children, padded = true, className = '' }: { children: ReactNode; padded?: boolean; className?: string }) {
  return <div className={`${classes['panel']} ${padded ? classes['padded'] : ''} ${className}`}>{children}</div>;
}
