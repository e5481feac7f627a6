const HEADER_BYTES = 128;

/**
 * Samples of zeros, in memory that has room for the header before them: {@link npyOf} then makes the file where they lie.
 * @param count complex samples
 */
export function roomForSamples(count: number): Float32Array {
  return new Float32Array(new ArrayBuffer(HEADER_BYTES + 8 * count), HEADER_BYTES);
}

/**
 * A NumPy array file (format 1.0) of complex64, one dimension: a header of 128 bytes, then float32 little-endian pairs.
 * Byte for byte what `numpy.save` writes but for the room numpy keeps for growth inside the header.
 * @param samples interleaved I and Q; those of {@link roomForSamples} are part of the result, not copied
 */
export function npyOf(samples: Float32Array): Buffer {
  const shape = samples.length / 2;
  const text = `{'descr': '<c8', 'fortran_order': False, 'shape': (${shape},), }`;
  const inPlace = samples.byteOffset === HEADER_BYTES && samples.buffer.byteLength === HEADER_BYTES + samples.byteLength;
  const file = inPlace ? Buffer.from(samples.buffer as ArrayBuffer) : Buffer.allocUnsafe(HEADER_BYTES + samples.byteLength);
  file.fill(0x20, 0, HEADER_BYTES);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 0x01, 0x00]);
  file.writeUInt16LE(HEADER_BYTES - 10, 8);
  file.write(text, 10, 'latin1');
  file[HEADER_BYTES - 1] = 0x0a;
  // Node runs on little-endian machines only, so the memory of the array is already what the file holds.
  if (!inPlace) {
    file.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), HEADER_BYTES);
  }
  return file;
}

/**
 * Reads what {@link npyOf} writes.
 * @throws RangeError when it is anything else
 */
export function samplesOfNpy(file: Buffer): Float32Array {
  if (file.length < 10 || file.readUInt32BE(0) !== 0x934e554d || file[6] !== 1) {
    throw new RangeError('not a NumPy file of format 1.0');
  }
  const start = 10 + file.readUInt16LE(8);
  const header = file.toString('latin1', 10, start);
  const shape = /'descr': '<c8', 'fortran_order': False, 'shape': \((\d+),\)/.exec(header);
  if (shape === null || file.length !== start + 8 * Number(shape[1])) {
    throw new RangeError('not a one-dimensional complex64 array');
  }
  return new Float32Array(file.buffer.slice(file.byteOffset + start, file.byteOffset + file.length));
}
