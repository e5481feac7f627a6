/** A client message is a handful of channel names, or a command with its notes. */
const MAX_MESSAGE_BYTES = 64 * 1_024;

/** How the one Socket.IO server of the gateway is set up; every gateway class of it must say the same. */
export const LIVE_GATEWAY_OPTIONS = {
  transports: ['websocket'],
  serveClient: false,
  maxHttpBufferSize: MAX_MESSAGE_BYTES,
  // Small messages, many of them: compressing each costs more than it saves.
  perMessageDeflate: false,
  pingInterval: 20_000,
  pingTimeout: 20_000,
} as const;
