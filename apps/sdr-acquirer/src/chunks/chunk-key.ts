/**
 * Name of a chunk's file: `chunk_<iii>_websdr_<n>.npy`, n being the receiver's number. Recordings on several frequencies
 * keep each in a folder of its own. Numbers of 1000 and above are wider: sort by the manifest, not by name.
 */
export function chunkName(index: number, receiverNo: number, frequencyHz?: number): string {
  const name = `chunk_${String(index).padStart(3, '0')}_websdr_${receiverNo}.npy`;
  return frequencyHz === undefined ? name : `f${frequencyHz}/${name}`;
}
