/** Characters of base64 that the API takes. */
const MAX_BASE64 = 900_000;

/** A document to import, as it was read. */
export interface ImportDocument {
  readonly name: string;
  readonly text: string;
  readonly format: 'csv' | 'json';
}

/** What a text is: JSON begins with a bracket. */
export function formatOf(name: string, text: string): 'csv' | 'json' {
  return /\.json$/i.test(name) || /^\s*[[{]/.test(text) ? 'json' : 'csv';
}

/** UTF-8 in base64. */
export function toBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  // Whole at once would be too many arguments of one call.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}

/** The reverse of {@link toBase64}. */
export function fromBase64(data: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)));
}

/** Why a document cannot be sent at all; undefined when it can. */
export function documentProblem({ text }: Pick<ImportDocument, 'text'>): string | undefined {
  if (text.trim() === '') {
    return 'The document is empty.';
  }
  return Math.ceil(new TextEncoder().encode(text).length / 3) * 4 > MAX_BASE64 ? 'The document is larger than 675 kB. Import it in parts.' : undefined;
}

/** A document to begin with. */
export const EXAMPLE_CSV = `name,rtsp_url,username,password,codec,resolution,fps,location,latitude,longitude
Front door,rtsp://192.168.1.20:554/stream1,viewer,secret,h264,1920x1080,25,Building A,52.5200,13.4050
Yard,rtsp://192.168.1.21:554/stream1,viewer,secret,h265,2560x1440,20,Building A,52.5203,13.4061
`;
