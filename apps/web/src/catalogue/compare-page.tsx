import { Skeleton } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { ProblemNotice } from '../design/feedback';
import { Page } from '../design/page';
import { useRuntime } from '../runtime';
import { DiffView } from './diff-view';
import { typeText } from './severity';

/** Two captures side by side, of one device or of two; both are named in the address. */
export function ComparePage() {
  const { api } = useRuntime();
  const [search] = useSearchParams();
  const [whole, setWhole] = useState(false);
  const given = Object.fromEntries(['from', 'to', 'from_device', 'to_device', 'capture_type'].flatMap((name) => (search.get(name) === null ? [] : [[name, search.get(name) ?? '']])));
  const query = useQuery({ queryKey: ['captures', 'compare', given, whole], placeholderData: keepPreviousData, queryFn: ({ signal }) => api.call('compareCaptures', { query: { ...given, context: whole ? 100_000 : 3 }, signal }) });
  const diff = query.data?.diff;
  return (
    <Page title={diff === undefined ? 'Comparison' : `${typeText(diff.from.capture_type)}: ${diff.from.device_name === diff.to.device_name ? diff.from.device_name : `${diff.from.device_name} and ${diff.to.device_name}`}`} documentTitle="Comparison">
      {query.isError ? <ProblemNotice error={query.error} retry={() => void query.refetch()} title="The captures could not be compared" /> : null}
      {diff === undefined ? query.isError ? null : <Skeleton height={360} radius={8} /> : <DiffView diff={diff} whole={whole} onWhole={() => setWhole(true)} />}
    </Page>
  );
}
