/** Which receiver on which frequency of which recording. */
export interface StreamKey {
  readonly sessionId: string;
  readonly receiverNo: number;
  readonly frequencyHz: number;
}
