export { CALL_CODECS, CALL_SCENARIOS, type CallScenario, type CodecName, type Towards } from './voice-calls/call-scenarios';
export type { PacketContent, Sighting } from './voice-calls/call-recorder';
export type { CallTruth, MessageTruth, StreamTruth } from './voice-calls/call-truth';
export { captureBytes, captureChunks, type CaptureFormat, rotatedCaptureBytes, type Rotation } from './voice-calls/capture-bytes';
export { type DeviceClock, deviceTime } from './voice-calls/device-clock';
export { filtered, matches, type PacketFilter } from './voice-calls/packet-filter';
export { type RecordedPacket, type VoiceCallPlan, VoiceCalls } from './voice-calls/voice-calls';
export { CALL_ROUTES, type SegmentName, VOICE_ADDRESSES, VOICE_DEVICES, type VoiceDevice } from './voice-calls/voice-network';
