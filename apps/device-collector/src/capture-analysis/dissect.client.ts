import type { MergedInterface } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { runTool } from './merge/wireshark-tool.client';
import { OCCURRENCE_SEPARATOR, readTsharkLine, TSHARK_FIELDS } from './voice/tshark-line';
import { VoiceReportBuilder } from './voice/voice-report-builder';

/** Signalling and media; what an ICMP error quotes was sent long before. */
const DISPLAY_FILTER = '(sip || rtp) && !icmp && !icmpv6';

/**
 * Reads the merged capture with tshark, one pass, line by line. That it reads to the end without a warning is the proof
 * that the file is sound.
 *
 * RTP is also looked for where no session description announced it: the signalling may be encrypted, or seen later than
 * the media by a clock that is not exact.
 * @throws AppError `MERGED_CAPTURE_INVALID` when tshark has something to say about the file; those of the tool
 */
export async function dissect(
  merged: string,
  interfaces: readonly MergedInterface[],
  toleranceMs: number,
  home: string,
  signal: AbortSignal,
): Promise<{ body: ReturnType<VoiceReportBuilder['finish']>; tool: string }> {
  let version = '';
  await runTool('tshark', ['--version'], { home, signal, onLine: (line) => (version ||= line) });
  const builder = new VoiceReportBuilder();
  const fields = TSHARK_FIELDS.flatMap((field) => ['-e', field]);
  const { warnings } = await runTool(
    'tshark',
    ['-n', '-r', merged, '--enable-heuristic', 'rtp_udp', '-Y', DISPLAY_FILTER, '-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=a', '-E', `aggregator=${OCCURRENCE_SEPARATOR}`, ...fields],
    {
      home,
      signal,
      onLine: (line) => {
        const packet = readTsharkLine(line);
        if (packet !== undefined) {
          builder.push(packet);
        }
      },
    },
  );
  if (warnings.length > 0) {
    throw new AppError('MERGED_CAPTURE_INVALID', `tshark does not read the merged capture without a warning: ${warnings.join(' ').slice(0, 300)}`);
  }
  return { body: builder.finish(interfaces, toleranceMs), tool: version.replace(/ \(Git.*$/, '') };
}
