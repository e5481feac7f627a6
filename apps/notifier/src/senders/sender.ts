import type { Notice } from '@capstan/contracts';
import type { ChannelRow } from '../channels/channel.entity';

/** A message as a sender gets it. */
export interface Message {
  /** Goes with every attempt: the receiver's key for telling one that came twice. */
  readonly id: string;
  readonly notices: readonly Notice[];
}

/**
 * What came of one attempt: it arrived; it may arrive later, when the other side is back; or it never will, and the messages
 * behind it need not wait for it.
 */
export type Attempt = { readonly outcome: 'delivered' | 'later' | 'never'; readonly response: string };

/** Sends messages over one type of channel. */
export interface Sender {
  /** Never throws. @param secret see `Channels.secretOf` */
  send(channel: Pick<ChannelRow, 'channel_id' | 'revision' | 'settings'>, secret: string | null, message: Message, signal: AbortSignal): Promise<Attempt>;
  /** Lets go of connections. */
  close(): void;
}
