import { AppError } from '@capstan/kernel';
import sharp from 'sharp';
import type { SnapshotFormat } from '@capstan/contracts';
import { differenceHash, type LumaFigures, lumaFigures } from './picture-figures';

// One picture per thread is enough: several are at work at once.
sharp.concurrency(1);
sharp.cache(false);

/** Largest picture that is read: more than any camera has. */
const LIMIT = { limitInputPixels: 120_000_000, failOn: 'error' } as const;

/** Media type of a format. */
export const MEDIA_TYPES: Readonly<Record<SnapshotFormat, string>> = { jpeg: 'image/jpeg', webp: 'image/webp', avif: 'image/avif', png: 'image/png' };
/** File name extension of a format. */
export const EXTENSIONS: Readonly<Record<SnapshotFormat, string>> = { jpeg: 'jpg', webp: 'webp', avif: 'avif', png: 'png' };

/** How a picture is wanted. */
export interface RenderWish {
  readonly format: SnapshotFormat;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly quality: number;
  /** Degrees clockwise, before anything else. */
  readonly rotate?: 0 | 90 | 180 | 270;
}

/** A picture in its final form. */
export interface Rendered {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  readonly format: SnapshotFormat;
}

/** Quality at which a JPEG of the right size is handed on as it came, without being encoded a second time. */
const AS_IT_IS = 85;

/** Brings a JPEG into the wanted form. @throws AppError `CAMERA_DECODE` when it is damaged */
export async function render(jpeg: Buffer, size: { width: number; height: number }, wish: RenderWish): Promise<Rendered> {
  const rotate = wish.rotate ?? 0;
  const [width, height] = rotate % 180 === 0 ? [size.width, size.height] : [size.height, size.width];
  const smaller = (wish.width ?? Infinity) < width || (wish.height ?? Infinity) < height;
  if (wish.format === 'jpeg' && !smaller && rotate === 0 && wish.quality >= AS_IT_IS) {
    return { bytes: jpeg, ...size, format: 'jpeg' };
  }
  return guarded(async () => {
    let image = sharp(jpeg, LIMIT);
    if (rotate !== 0) {
      image = image.rotate(rotate);
    }
    if (smaller) {
      image = image.resize({ width: wish.width, height: wish.height, fit: 'inside', withoutEnlargement: true });
    }
    const { data, info } = await encoded(image, wish).toBuffer({ resolveWithObject: true });
    return { bytes: data, width: info.width, height: info.height, format: wish.format };
  });
}

function encoded(image: sharp.Sharp, { format, quality }: RenderWish): sharp.Sharp {
  switch (format) {
    case 'jpeg':
      return image.jpeg({ quality });
    case 'webp':
      return image.webp({ quality, effort: 2 });
    case 'avif':
      // Higher efforts take ten times as long for a few percent.
      return image.avif({ quality: Math.max(1, quality - 20), effort: 1 });
    case 'png':
      return image.png({ compressionLevel: 6 });
  }
}

/** A small picture for lists, 320 pixels wide. */
export async function thumbnail(jpeg: Buffer): Promise<Rendered> {
  return guarded(async () => {
    const { data, info } = await sharp(jpeg, LIMIT).resize({ width: 320, withoutEnlargement: true }).webp({ quality: 75, effort: 1 }).toBuffer({ resolveWithObject: true });
    return { bytes: data, width: info.width, height: info.height, format: 'webp' };
  });
}

/** Difference hash of a picture, as 16 hexadecimal digits. */
export async function pictureHash(jpeg: Buffer): Promise<string> {
  return guarded(async () => differenceHash(await grey(jpeg, 9, 8)));
}

/** Figures of a picture at 64×36, and the pixels they were made from. */
export async function figuresOf(jpeg: Buffer): Promise<LumaFigures & { readonly grey: Buffer; readonly dhash: string }> {
  return guarded(async () => {
    const pixels = await grey(jpeg, 64, 36);
    return { ...lumaFigures(pixels, 64, 36), grey: pixels, dhash: differenceHash(await grey(jpeg, 9, 8)) };
  });
}

/** Pictures in rows on one JPEG. */
export async function contactSheet(pictures: readonly Buffer[], columns: number, cell: { width: number; height: number }): Promise<Buffer> {
  return guarded(async () => {
    const gap = 8;
    const rows = Math.ceil(pictures.length / columns);
    const tiles = await Promise.all(
      pictures.map(async (picture, index) => ({
        input: await sharp(picture, LIMIT).resize({ ...cell, fit: 'contain', background: '#10151c' }).jpeg({ quality: 90 }).toBuffer(),
        left: gap + (index % columns) * (cell.width + gap),
        top: gap + Math.floor(index / columns) * (cell.height + gap),
      })),
    );
    const canvas = { width: gap + columns * (cell.width + gap), height: gap + rows * (cell.height + gap), channels: 3 as const, background: '#10151c' };
    return sharp({ create: canvas }).composite(tiles).jpeg({ quality: 88 }).toBuffer();
  });
}

async function grey(jpeg: Buffer, width: number, height: number): Promise<Buffer> {
  return sharp(jpeg, LIMIT).resize(width, height, { fit: 'fill' }).greyscale().raw().toBuffer();
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new AppError('CAMERA_DECODE', 'The picture of the camera is damaged', { retryable: true, cause: error });
  }
}
