import type { GroupView } from '@capstan/contracts';
import { SegmentedControl, Select, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { SearchField } from '../design/search-field';
import { CAMERA_STATE_NAMES, GRADE_NAMES, gradeWords, stateWords } from './camera-words';
import { RATES, type TileSize, type WallFilter } from './wall-filter';
import classes from './wall-filters.module.css';

const ANY_FAILURE = { value: 'error', label: 'Not working (any reason)' };

/** What narrows the wall, and how it looks. */
export function WallFilters({ filter, groups, onChange }: { filter: WallFilter; groups: readonly GroupView[] | undefined; onChange: (part: Partial<WallFilter>) => void }) {
  return (
    <div className={classes['filters']} role="search" aria-label="Filter cameras">
      <SearchField label="Search cameras" placeholder="Name, place or address" value={filter.q} onChange={(q) => onChange({ q })} />
      <Select aria-label="Group" placeholder="Any group" clearable size="xs" data={(groups ?? []).map(({ id, name }) => ({ value: id, label: name }))} value={filter.group ?? null} onChange={(group) => onChange({ group: group ?? undefined })} clearButtonProps={{ 'aria-label': 'Any group' }} />
      <Select
        aria-label="State"
        placeholder="Any state"
        clearable
        size="xs"
        data={[ANY_FAILURE, ...CAMERA_STATE_NAMES.map((state) => ({ value: state, label: stateWords(state).label }))]}
        value={filter.state ?? null}
        onChange={(state) => onChange({ state: (state ?? undefined) as WallFilter['state'] })}
        clearButtonProps={{ 'aria-label': 'Any state' }}
      />
      <Select aria-label="Grade" placeholder="Any grade" clearable size="xs" data={GRADE_NAMES.map((grade) => ({ value: grade, label: gradeWords(grade).label }))} value={filter.grade ?? null} onChange={(grade) => onChange({ grade: (grade ?? undefined) as WallFilter['grade'] })} clearButtonProps={{ 'aria-label': 'Any grade' }} />
      <UnstyledButton className={classes['toggle'] ?? ''} aria-pressed={filter.withEvents} onClick={() => onChange({ withEvents: !filter.withEvents })}>
        <IconAlertTriangle size={14} aria-hidden /> Open events
      </UnstyledButton>
      <span className={classes['looks']}>
        <Select
          aria-label="A new picture every"
          size="xs"
          w={128}
          allowDeselect={false}
          data={RATES.map((rate) => ({ value: String(rate), label: rate === 0 ? 'Pictures stay' : `Every ${rate} s` }))}
          value={String(filter.rate)}
          onChange={(rate) => onChange({ rate: Number(rate) })}
        />
        <SegmentedControl
          aria-label="Size of the pictures"
          size="xs"
          data={[
            { value: 's', label: 'S' },
            { value: 'm', label: 'M' },
            { value: 'l', label: 'L' },
          ]}
          value={filter.size}
          onChange={(size) => onChange({ size: size as TileSize })}
        />
      </span>
    </div>
  );
}
