import { Button, Modal } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { OneTimeSecret } from '../access/one-time-secret';
import { useOrderKey } from '../api/order-key';
import { ConfirmDialog } from '../design/confirm-dialog';
import { ProblemNotice, say, sayProblem } from '../design/feedback';
import { Page, Panel, Section } from '../design/page';
import { useRuntime } from '../runtime';
import { bodyOfChannel, type ChannelDraft, draftOfChannel, newChannel, newSigningKey } from './channel-draft';
import { ChannelFareText } from './channel-fare-text';
import { ChannelForm } from './channel-form';
import { CHANNELS } from './query-keys';
import { TestDialog } from './test-dialog';

const BACK = { to: '/notifications/channels', label: 'Channels' } as const;

/** Makes a channel. */
export function NewChannelPage() {
  const { api } = useRuntime();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const keyOf = useOrderKey();
  // One for the life of the page: the same order again must be the same one.
  const [signingKey] = useState(newSigningKey);
  const [made, setMade] = useState<{ id: string; secret: string }>();
  const store = async (draft: ChannelDraft): Promise<void> => {
    const secret = wantsKey(draft) ? signingKey : undefined;
    const body = bodyOfChannel(draft, secret);
    const { channel } = await api.call('createChannel', { body, idempotencyKey: keyOf(body) });
    await queries.invalidateQueries({ queryKey: CHANNELS });
    say(`${channel.name} is stored`);
    if (secret === undefined) {
      await navigate(`/notifications/channels/${channel.channel_id}`);
    } else {
      setMade({ id: channel.channel_id, secret });
    }
  };
  return (
    <Page title="New channel" back={BACK}>
      <ChannelForm initial={newChannel()} onStore={store} />
      <SecretDialog secret={made?.secret} onDone={() => void navigate(`/notifications/channels/${made?.id ?? ''}`)} />
    </Page>
  );
}

/** One channel: how it fares, a test, and everything that can be changed. */
export function ChannelPage() {
  const { id = '' } = useParams();
  const { api } = useRuntime();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [testing, setTesting] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const [secret, setSecret] = useState<string>();
  const found = useQuery({ queryKey: [...CHANNELS, 'one', id], queryFn: async ({ signal }) => (await api.call('getChannel', { params: { id }, signal })).channel, refetchInterval: 10_000 });
  const channel = found.data;
  if (channel === undefined) {
    return (
      <Page title="Channel" back={BACK}>
        {found.isError ? <ProblemNotice error={found.error} retry={() => void found.refetch()} /> : null}
      </Page>
    );
  }
  const store = async (draft: ChannelDraft): Promise<void> => {
    const made = wantsKey(draft) ? newSigningKey() : undefined;
    await api.call('updateChannel', { params: { id }, query: { revision: channel.revision }, body: bodyOfChannel(draft, made) });
    say(`${draft.name} is stored`);
    await queries.invalidateQueries({ queryKey: CHANNELS });
    setSecret(made);
  };
  const remove = async (): Promise<void> => {
    try {
      await api.call('deleteChannel', { params: { id } });
      say(`${channel.name} is deleted`);
      await navigate('/notifications/channels');
    } catch (error) {
      sayProblem('The channel was not deleted', error);
    }
    setDeleting(false);
    await queries.invalidateQueries({ queryKey: [...CHANNELS, 'list'] });
  };
  return (
    <Page
      title={channel.name}
      back={BACK}
      actions={
        <>
          <Button variant="default" color="red" onClick={() => setDeleting(true)}>
            Delete
          </Button>
          <Button variant="default" onClick={() => setTesting(true)}>
            Send a test
          </Button>
        </>
      }
    >
      <Section title="State">
        <Panel>
          <ChannelFareText channel={channel} />
        </Panel>
      </Section>
      {/* What another person stored meanwhile must not be mixed with what this one writes. */}
      <ChannelForm key={channel.revision} initial={draftOfChannel(channel)} old={channel} onStore={store} />
      <TestDialog channel={testing ? channel : undefined} onClose={() => setTesting(false)} />
      <SecretDialog secret={secret} onDone={() => setSecret(undefined)} />
      <ConfirmDialog opened={deleting} title="Delete this channel?" confirm="Delete" danger onClose={() => setDeleting(false)} onConfirm={() => void remove()}>
        “{channel.name}”, its secret and the list of what went through it are forgotten{channel.waiting === 0 ? '' : `, and ${channel.waiting} waiting messages are never sent`}.
      </ConfirmDialog>
    </Page>
  );
}

function wantsKey({ type, secretWish }: ChannelDraft): boolean {
  return type === 'webhook' && secretWish === 'generate';
}

function SecretDialog({ secret, onDone }: { secret: string | undefined; onDone: () => void }) {
  return (
    <Modal opened={secret !== undefined} onClose={onDone} title="Signing secret" size="md" closeOnClickOutside={false}>
      <OneTimeSecret value={secret ?? ''} label="Signing secret" onDone={onDone}>
        Give it to the receiver now: it is kept sealed and cannot be shown again. Messages are signed as Standard Webhooks says.
      </OneTimeSecret>
    </Modal>
  );
}
