import type { LadderMessage, MergedInterface, VoiceCall, VoiceReport, VoiceStream } from '@capstan/contracts';

/** Nine in the morning of the first day of the fixture, in Unix ms. */
export const T0 = Date.UTC(2026, 10, 1, 9);

/** A SIP message. */
export function messageOf(overrides: Partial<LadderMessage> = {}): LadderMessage {
  return {
    at: T0,
    from: '10.0.0.1:5060',
    to: '10.0.0.2:5060',
    transport: 'udp',
    label: 'INVITE',
    method: 'INVITE',
    status: null,
    call_id: 'leg-a',
    cseq: '1 INVITE',
    media: null,
    media_direction: null,
    retransmissions: 0,
    seen_by: [{ interface: 0, at: overrides.at ?? T0 }],
    ...overrides,
  };
}

/** A stream from the caller's media address to the called side's. */
export function streamOf(id: number, overrides: Partial<VoiceStream> = {}): VoiceStream {
  return {
    id,
    call: 0,
    leg: 0,
    towards: 'callee',
    interface: 0,
    source: '10.0.0.1:20000',
    destination: '10.0.0.2:30000',
    ssrc: '0x00000001',
    codec: 'PCMA',
    payload_type: 8,
    first_at: T0 + 1_000,
    last_at: T0 + 11_000,
    packets: 500,
    expected: 500,
    lost: 0,
    loss_percent: 0,
    duplicates: 0,
    reordered: 0,
    mean_jitter_ms: 0.5,
    max_jitter_ms: 2,
    max_delta_ms: 24,
    r_factor: 92,
    mos: 4.39,
    ...overrides,
  };
}

/** A call of two legs: 10.0.0.1 to 10.0.0.2, and from there to 10.0.0.3. */
export function callOf(id: number, overrides: Partial<VoiceCall> = {}): VoiceCall {
  return {
    id,
    from: '4021',
    to: '5008',
    outcome: 'answered',
    status: 200,
    reason: 'OK',
    started_at: T0,
    ringing_at: T0 + 300,
    answered_at: T0 + 900,
    ended_at: T0 + 11_000,
    post_dial_delay_ms: 300,
    duration_ms: 10_100,
    codecs: ['PCMA'],
    holds: 0,
    one_way_audio: false,
    worst_mos: 4.39,
    legs: [
      { call_id: 'leg-a', from: '4021', to: '5008', source: '10.0.0.1:5060', destination: '10.0.0.2:5060', correlated_by: 'first', caller_media: '10.0.0.1:20000', callee_media: '10.0.0.2:30000', interfaces: [0] },
      { call_id: 'leg-b', from: '4021', to: '5008', source: '10.0.0.2:5060', destination: '10.0.0.3:5060', correlated_by: 'session-id', caller_media: '10.0.0.2:30002', callee_media: '10.0.0.3:40000', interfaces: [0, 1] },
    ],
    messages: [],
    streams: [],
    findings: [],
    ...overrides,
  };
}

/** One device of the report. */
export function interfaceOf(index: number, overrides: Partial<MergedInterface> = {}): MergedInterface {
  return {
    index,
    name: `device-${index} eth0`,
    target_id: `0190a7de-0000-7000-8000-00000000000${index}`,
    host: `device-${index}`,
    device_type: 'linux',
    interface: 'eth0',
    addresses: [],
    packets: 10,
    first_packet_at: T0,
    last_packet_at: T0,
    clock: { method: 'constant', offset_ms: 3, offset_end_ms: 3, uncertainty_ms: 0.4 },
    files: [],
    ...overrides,
  };
}

/** A report of these calls and streams. */
export function reportOf(calls: readonly VoiceCall[], streams: readonly VoiceStream[]): VoiceReport {
  return {
    format: 'capstan.voice-report.v1',
    session_id: '0190a7de-0000-7000-8000-000000000001',
    created_at: '2026-11-01T09:05:00.000Z',
    tool: 'tshark 4.0.17',
    summary: { packets: 1, sip_messages: 1, rtp_packets: 1, calls: calls.length, answered: 0, rejected: 0, one_way: 0, streams: streams.length, streams_with_loss: 0, worst_mos: null, clock_uncertainty_ms: 0.4 },
    interfaces: [interfaceOf(0), interfaceOf(1)],
    excluded: [],
    calls: [...calls],
    streams: [...streams],
    left_out: { calls: 0, messages: 0, streams: 0 },
  };
}
