import type { LadderMessage, MergedInterface, VoiceStream } from '@capstan/contracts';
import { CopyIcon } from '../design/copy-button';
import { formatCount } from '../design/format';
import { StatusBadge } from '../design/status-badge';
import { type LadderRow, type Participant, rowText } from './ladder-layout';
import { deltaText, exactTime } from './instants';
import { legName } from './quality';
import { Mos } from './quality-marks';
import { interfaceLabel } from './stream-table';
import classes from './ladder.module.css';

/** Everything known of one line of the ladder. */
export function LadderDetails({ row, participants, interfaces }: { row: LadderRow | undefined; participants: readonly Participant[]; interfaces: readonly MergedInterface[] }) {
  if (row === undefined) {
    return (
      <section className={classes['details']} aria-label="Message">
        <p className="muted">Point at a line, or choose one with the arrow keys, to see who saw it and when.</p>
      </section>
    );
  }
  return (
    <section className={classes['details']} aria-label="Message">
      <h3>{row.kind === 'message' ? row.message.label : `${row.stream.codec} media`}</h3>
      <span className="visually-hidden">{rowText(row, participants)}</span>
      <dl className={classes['facts']}>
        <dt>At</dt>
        <dd className="num">{exactTime(row.at)}</dd>
        {row.leg === undefined ? null : (
          <>
            <dt>Leg</dt>
            <dd>{legName(row.leg)}</dd>
          </>
        )}
        {row.kind === 'message' ? <MessageFacts message={row.message} /> : <StreamFacts stream={row.stream} interfaces={interfaces} />}
      </dl>
      {row.kind === 'message' ? <SeenBy message={row.message} interfaces={interfaces} /> : null}
    </section>
  );
}

function MessageFacts({ message }: { message: LadderMessage }) {
  return (
    <>
      <dt>From</dt>
      <dd className="mono">{message.from}</dd>
      <dt>To</dt>
      <dd className="mono">{message.to}</dd>
      <dt>Over</dt>
      <dd>{message.transport === 'other' ? 'another transport' : message.transport.toUpperCase()}</dd>
      <dt>CSeq</dt>
      <dd className="mono">{message.cseq}</dd>
      <dt>Call-ID</dt>
      <dd className={classes['callId']}>
        <span className="mono">{message.call_id}</span>
        <CopyIcon value={message.call_id} label="Copy Call-ID" />
      </dd>
      {message.media === null ? null : (
        <>
          <dt>Media at</dt>
          <dd>
            <span className="mono">{message.media}</span>
            {message.media_direction === null || message.media_direction === 'sendrecv' ? null : <span className="muted"> ({message.media_direction})</span>}
          </dd>
        </>
      )}
      {message.retransmissions === 0 ? null : (
        <>
          <dt>Again</dt>
          <dd>
            <StatusBadge status="attention">{message.retransmissions === 1 ? 'Sent again once' : `Sent again ${message.retransmissions} times`}</StatusBadge>
          </dd>
        </>
      )}
    </>
  );
}

function StreamFacts({ stream, interfaces }: { stream: VoiceStream; interfaces: readonly MergedInterface[] }) {
  return (
    <>
      <dt>From</dt>
      <dd className="mono">{stream.source}</dd>
      <dt>To</dt>
      <dd className="mono">{stream.destination}</dd>
      <dt>SSRC</dt>
      <dd className="mono">{stream.ssrc}</dd>
      <dt>First at</dt>
      <dd>{interfaceLabel(interfaces, stream.interface)}</dd>
      <dt>Packets</dt>
      <dd className="num">
        {formatCount(stream.packets)}
        {stream.lost > 0 ? `, ${formatCount(stream.lost)} lost` : ', none lost'}
      </dd>
      <dt>MOS</dt>
      <dd>
        <Mos mos={stream.mos} rating={stream.r_factor} />
      </dd>
    </>
  );
}

function SeenBy({ message, interfaces }: { message: LadderMessage; interfaces: readonly MergedInterface[] }) {
  const first = message.seen_by[0];
  return (
    <div className={classes['seenBy']}>
      <h4>Seen by</h4>
      <ul>
        {message.seen_by.map((sighting, index) => {
          const clock = interfaces.find((each) => each.index === sighting.interface)?.clock;
          const within = clock?.uncertainty_ms;
          return (
            <li key={sighting.interface}>
              <span>{interfaceLabel(interfaces, sighting.interface)}</span>
              <span className="num">
                {index === 0 || first === undefined ? exactTime(sighting.at) : deltaText(sighting.at - first.at)}
                <span className="muted">{within === undefined || within === null ? ', clock not measured' : ` ± ${within.toFixed(1)} ms`}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
