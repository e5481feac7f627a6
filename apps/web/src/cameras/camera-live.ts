import type { CameraView, ServerMessages } from '@capstan/contracts';

/** A camera after a look at it; the same object when the look says nothing new. */
export function withHealth(camera: CameraView, { sample, opened, closed }: Pick<ServerMessages['camera:health'], 'sample' | 'opened' | 'closed'>): CameraView {
  if (!camera.is_active || sample.camera_id !== camera.id) {
    return camera;
  }
  const open = [...camera.open_events.filter((kind) => !closed.includes(kind)), ...opened.filter((kind) => !camera.open_events.includes(kind))];
  const same = camera.state === sample.state && camera.grade === sample.grade && camera.reason_code === sample.reason_code && open.join() === camera.open_events.join();
  return same ? camera : { ...camera, state: sample.state, grade: sample.grade, reason_code: sample.reason_code, open_events: open };
}

/** How many bits two perceptual hashes differ in, of 64; both in hexadecimal. */
export function hashDistance(a: string, b: string): number {
  let bits = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let count = 0;
  while (bits > 0n) {
    count += Number(bits & 1n);
    bits >>= 1n;
  }
  return count;
}
