import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { useOrderKey } from '../api/order-key';
import { ConfirmDialog } from '../design/confirm-dialog';
import { ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page } from '../design/page';
import { useRuntime } from '../runtime';
import { RULES } from './query-keys';
import { bodyOfRule, draftOfRule, newRule } from './rule-draft';
import { RuleForm } from './rule-form';

const BACK = { to: '/notifications/rules', label: 'Rules' } as const;

/** Makes a rule. */
export function NewRulePage() {
  const { api } = useRuntime();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [initial] = useState(() => newRule(Intl.DateTimeFormat().resolvedOptions().timeZone));
  const keyOf = useOrderKey();
  return (
    <Page title="New rule" back={BACK}>
      <RuleForm
        initial={initial}
        isNew
        onStore={async (draft) => {
          const body = bodyOfRule(draft);
          const { rule } = await api.call('createRule', { body, idempotencyKey: keyOf(body) });
          say(`${rule.name} is stored`);
          await queries.invalidateQueries({ queryKey: RULES });
          await navigate('/notifications/rules');
        }}
      />
    </Page>
  );
}

/** One rule, and everything that can be changed. */
export function RulePage() {
  const { id = '' } = useParams();
  const { api } = useRuntime();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const found = useQuery({ queryKey: [...RULES, 'one', id], queryFn: async ({ signal }) => (await api.call('getRule', { params: { id }, signal })).rule });
  const rule = found.data;
  if (rule === undefined) {
    return (
      <Page title="Rule" back={BACK}>
        {found.isError ? <ProblemNotice error={found.error} retry={() => void found.refetch()} /> : null}
      </Page>
    );
  }
  const remove = async (): Promise<void> => {
    try {
      await api.call('deleteRule', { params: { id } });
      say(`${rule.name} is deleted`);
      await navigate('/notifications/rules');
    } catch (error) {
      sayProblem('The rule was not deleted', error);
    }
    setDeleting(false);
    await queries.invalidateQueries({ queryKey: [...RULES, 'list'] });
  };
  return (
    <Page
      title={rule.name}
      back={BACK}
      actions={
        <Button variant="default" color="red" onClick={() => setDeleting(true)}>
          Delete
        </Button>
      }
    >
      <RuleForm
        // What another person stored meanwhile must not be mixed with what this one writes.
        key={rule.revision}
        initial={draftOfRule(rule, Intl.DateTimeFormat().resolvedOptions().timeZone)}
        isNew={false}
        onStore={async (draft) => {
          await api.call('updateRule', { params: { id }, body: { ...bodyOfRule(draft), revision: rule.revision } });
          say(`${draft.name} is stored`);
          await queries.invalidateQueries({ queryKey: RULES });
        }}
      />
      <ConfirmDialog opened={deleting} title="Delete this rule?" confirm="Delete" danger onClose={() => setDeleting(false)} onConfirm={() => void remove()}>
        Nobody is told by “{rule.name}” any more. What waits already is still sent.
      </ConfirmDialog>
    </Page>
  );
}
