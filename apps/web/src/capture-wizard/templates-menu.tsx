import type { SessionTemplate } from '@capstan/contracts';
import { ActionIcon, Button, Modal, TextInput, UnstyledButton } from '@mantine/core';
import { IconStack2, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { newKey } from '../api/new-key';
import { asProblem } from '../api/problem';
import { ConfirmDialog } from '../design/confirm-dialog';
import { Empty, ProblemNotice, say, sayProblem } from '../design/feedback';
import { TimeText } from '../design/time-text';
import { useRuntime } from '../runtime';
import { draftOfTemplate, notATemplateBecause, templateSessionOf } from './template-draft';
import type { DraftControl } from './use-draft';
import classes from './capture-wizard.module.css';

const KEY = ['session-templates'] as const;

/** Sets of devices that are captured again and again: load one, keep this one, forget one. */
export function TemplatesMenu({ control }: { control: DraftControl }) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button variant="default" leftSection={<IconStack2 size={14} aria-hidden />} onClick={() => setOpened(true)}>
        Templates
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Templates" size="md">
        <Templates control={control} onClose={() => setOpened(false)} />
      </Modal>
    </>
  );
}

function Templates({ control, onClose }: { control: DraftControl; onClose: () => void }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const [forgetting, setForgetting] = useState<SessionTemplate>();
  const templates = useQuery({ queryKey: KEY, queryFn: async ({ signal }) => (await api.call('listSessionTemplates', { query: { per_page: 100 }, signal })).templates });
  const remove = useMutation({
    mutationFn: (template: SessionTemplate) => api.call('deleteSessionTemplate', { params: { id: template.template_id } }),
    onSuccess: async (_answer, template) => {
      setForgetting(undefined);
      await queries.invalidateQueries({ queryKey: KEY });
      say(`“${template.name}” is deleted`);
    },
    onError: (error) => sayProblem('The template was not deleted', error),
  });
  const load = (template: SessionTemplate): void => {
    const { draft, leftOut } = draftOfTemplate(template.session, newKey);
    control.change({ type: 'set', part: draft });
    say(leftOut === 0 ? `“${template.name}” is loaded` : `“${template.name}” is loaded without ${leftOut} targets that are no packet captures`);
    onClose();
  };
  return (
    <div className={classes['dialog']}>
      {templates.isError ? <ProblemNotice error={templates.error} retry={() => void templates.refetch()} /> : null}
      {templates.data?.length === 0 ? <Empty title="No template yet">Keep the devices, the filter and the options of this draft under a name, and load them when you need them again.</Empty> : null}
      <ul className={classes['templates']} aria-label="Stored templates">
        {(templates.data ?? []).map((template) => (
          <li key={template.template_id}>
            <UnstyledButton className={classes['template']} onClick={() => load(template)}>
              <span className={classes['targetHost']}>{template.name}</span>
              <span className={classes['targetFacts']}>
                {template.target_count} {template.target_count === 1 ? 'device' : 'devices'} · changed <TimeText iso={template.updated_at} form="ago" /> · by {template.created_by.name}
              </span>
            </UnstyledButton>
            <ActionIcon variant="subtle" color="gray" size={24} aria-label={`Delete template ${template.name}`} onClick={() => setForgetting(template)}>
              <IconTrash size={14} aria-hidden />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <SaveForm control={control} known={templates.data ?? []} onSaved={onClose} />
      <ConfirmDialog opened={forgetting !== undefined} title="Delete this template?" confirm="Delete" danger busy={remove.isPending} onClose={() => setForgetting(undefined)} onConfirm={() => forgetting !== undefined && remove.mutate(forgetting)}>
        “{forgetting?.name}” is forgotten. Sessions that were started from it stay.
      </ConfirmDialog>
    </div>
  );
}

/** Keeps the draft; under the name of a template that exists it takes its place. */
function SaveForm({ control: { draft, body, problems }, known, onSaved }: { control: DraftControl; known: readonly SessionTemplate[]; onSaved: () => void }) {
  const { api } = useRuntime();
  const queries = useQueryClient();
  const [name, setName] = useState(draft.name);
  const blocked = notATemplateBecause(draft, problems.length);
  const old = known.find((template) => template.name === name.trim());
  const save = useMutation({
    mutationFn: () => {
      const given = { name: name.trim(), session: templateSessionOf(body) as never };
      return old === undefined ? api.call('createSessionTemplate', { body: given, idempotencyKey: newKey() }) : api.call('updateSessionTemplate', { params: { id: old.template_id }, body: { ...given, revision: old.revision } });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: KEY });
      say(`“${name.trim()}” is stored`);
      onSaved();
    },
  });
  const problem = save.error === null ? undefined : asProblem(save.error);
  return (
    <form
      className={classes['saveTemplate']}
      aria-label="Keep this draft"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (blocked === undefined && name.trim() !== '') {
          save.mutate();
        }
      }}
    >
      <TextInput label="Keep this draft as" description={blocked} size="xs" maxLength={100} disabled={blocked !== undefined} value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem === undefined ? undefined : (problem.fields[0]?.message ?? problem.message)} />
      <Button type="submit" variant="default" loading={save.isPending} disabled={blocked !== undefined || name.trim() === ''}>
        {old === undefined ? 'Keep' : 'Replace'}
      </Button>
    </form>
  );
}
