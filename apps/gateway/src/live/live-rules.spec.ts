import { catalogue, instanceReported, LIVE_EVENTS, serverMessages, sessionEvents } from '@capstan/contracts';
import { sessionFixture } from '../../test/fixtures';
import { channelPermission, channelSession } from './channels';
import { toLiveMessage, toLiveMessages } from './live-messages';

const envelope = (type: string, data: unknown) => ({ specversion: '1.0' as const, id: 'i', source: 's', type, time: 't', datacontenttype: 'application/json' as const, data });

describe(toLiveMessage.name, () => {
  it.each([...LIVE_EVENTS, ...catalogue.progress.map(({ type }) => type).filter((type) => type !== instanceReported.type)])('knows what %s means for a browser', (type) => {
    const session = sessionFixture();
    const collection = { job: { captures_created: {} }, captures: [{}], result: { captures: [] }, devices: [] };
    expect(toLiveMessages(envelope(type, { session, session_id: session.session_id, host_key: {}, recording: {}, lines: '', ...collection }))).not.toEqual([]);
  });

  it('makes nothing of what is not meant for browsers', () => {
    expect(toLiveMessages(envelope('task.finished.v1', {}))).toEqual([]);
    expect(toLiveMessages(envelope(instanceReported.type, {}))).toEqual([]);
  });

  it('sends the header of a new session, not its targets', () => {
    const message = toLiveMessage(envelope(sessionEvents.created.type, { session: sessionFixture() }));
    expect(message?.rooms).toEqual(['sessions', expect.stringMatching(/^session:/)]);
    expect(serverMessages['session:state'].parse(message?.payload)).toEqual(message?.payload);
  });
});

describe('channels', () => {
  it('need the permission of what they show', () => {
    expect([channelPermission('devices'), channelPermission('sessions'), channelPermission('session:1')]).toEqual(['devices:read', 'sessions:read', 'sessions:read']);
    expect([channelSession('session:1'), channelSession('sessions')]).toEqual(['1', undefined]);
  });
});
