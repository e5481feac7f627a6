import type { SearchHit } from '@capstan/contracts';
import { Button, Checkbox, Select, Skeleton, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type FormEvent, Fragment, type ReactNode, useEffect, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { Empty, ProblemNotice } from '../design/feedback';
import { formatCount } from '../design/format';
import { Page, Panel } from '../design/page';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { typeText } from './severity';
import classes from './catalogue.module.css';

const PER_PAGE = 20;

/** Full-text search over what devices said. Secrets are masked, so they cannot be found. */
export function SearchPage() {
  const { api } = useRuntime();
  const [search, setSearch] = useSearchParams();
  const q = search.get('q') ?? '';
  const type = search.get('type') ?? '';
  const history = search.get('history') === 'true';
  const page = Math.max(1, Math.floor(Number(search.get('page'))) || 1);
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  const query = { q, capture_type: type, history: history ? ('true' as const) : ('false' as const), page, per_page: PER_PAGE };
  const list = useQuery({ queryKey: ['search', query], enabled: q.trim().length >= 2, placeholderData: keepPreviousData, queryFn: ({ signal }) => api.call('search', { query, signal }) });
  const go = (part: Readonly<Record<string, string>>): void => {
    const next = new URLSearchParams();
    for (const [name, value] of Object.entries({ q: text.trim(), type, history: history ? 'true' : '', ...part })) {
      if (value !== '') {
        next.set(name, value);
      }
    }
    setSearch(next);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    go({});
  };
  const data = list.data;
  return (
    <Page title="Search" description="Through configurations, versions, inventories, interfaces and neighbours. “Quotes” keep words together; a word is found by its beginning.">
      <form className={classes['filters']} role="search" aria-label="Search captures" onSubmit={submit}>
        <TextInput type="search" aria-label="Words to find" placeholder="ip helper-address, 10.1.2.3, “switchport trunk”" size="sm" maxLength={200} leftSection={<IconSearch size={14} aria-hidden />} value={text} onChange={(event) => setText(event.currentTarget.value)} autoFocus style={{ maxWidth: 560 }} />
        <Select aria-label="Kind" placeholder="Any kind" clearable size="sm" data={['configs', 'version', 'inventory', 'interfaces', 'lldp'].map((value) => ({ value, label: typeText(value) }))} value={type === '' ? null : type} onChange={(value) => go({ type: value ?? '' })} clearButtonProps={{ 'aria-label': 'Any kind' }} />
        <Button type="submit" size="sm" style={{ flex: 'none' }}>
          Search
        </Button>
        <Checkbox label="Also what is not current any more" checked={history} onChange={(event) => go({ history: event.currentTarget.checked ? 'true' : '' })} style={{ alignSelf: 'center', flex: 'none' }} size="xs" />
      </form>
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {q.trim().length < 2 ? (
        <Panel>
          <Empty title="What are you looking for?">An address, the name of an interface, a command: every device that has it in its configuration or tables is listed with the lines.</Empty>
        </Panel>
      ) : data === undefined ? (
        list.isError ? null : <Skeleton height={240} radius={8} />
      ) : data.total === 0 ? (
        <Panel>
          <Empty title="Nothing was found">{history ? 'No capture has all of these words in it.' : 'No current capture has all of these words in it. Earlier ones can be searched too.'}</Empty>
        </Panel>
      ) : (
        <>
          <p className="muted" style={{ margin: 0 }} role="status">
            {formatCount(data.total)} {data.total === 1 ? 'capture' : 'captures'}
          </p>
          <Panel padded={false}>
            {data.hits.map((hit) => (
              <Hit key={hit.capture.capture_id} hit={hit} terms={data.terms} />
            ))}
          </Panel>
        </>
      )}
      {(data?.total ?? 0) > PER_PAGE ? <Pager page={page} perPage={PER_PAGE} total={data?.total} onPage={(next) => go({ page: String(next) })} /> : null}
    </Page>
  );
}

function Hit({ hit: { capture, lines, line_total: total }, terms }: { hit: SearchHit; terms: readonly string[] }) {
  return (
    <article className={classes['hit']}>
      <div className={classes['hitHead']}>
        <Link to={`/captures/${capture.capture_id}`}>
          {capture.device_name} · {typeText(capture.capture_type)}
        </Link>
        <span className="muted">
          <TimeText iso={capture.captured_at} form="minute" />
          {capture.current ? '' : ' · not current'}
          {total > lines.length ? ` · ${formatCount(total)} lines` : ''}
        </span>
      </div>
      <div className={classes['found']}>
        {lines.map(({ line, text, section }) => (
          <Fragment key={line}>
            <span>{line}</span>
            <span>
              {section === null ? null : <span className="muted">{section} › </span>}
              <Marked text={text.trim()} terms={terms} />
            </span>
          </Fragment>
        ))}
      </div>
    </article>
  );
}

function Marked({ text, terms }: { text: string; terms: readonly string[] }): ReactNode {
  const pattern = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|');
  return pattern === '' ? text : text.split(new RegExp(`(${pattern})`, 'gi')).map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part));
}
