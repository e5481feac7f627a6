import { documentProblem, formatOf, fromBase64, toBase64 } from './import-document';

describe(toBase64.name, () => {
  it('keeps every character', () => {
    const text = `p@ss:w/rd%25 #é\n${'x'.repeat(70_000)}€`;
    expect(fromBase64(toBase64(text))).toBe(text);
    expect(toBase64('é')).toBe(Buffer.from('é').toString('base64'));
  });

  it('tells CSV from JSON by name or by first character', () => {
    expect([formatOf('a.JSON', ''), formatOf('', ' [{}]'), formatOf('a.csv', 'name,rtsp_url')]).toEqual(['json', 'json', 'csv']);
  });

  it('refuses nothing and too much before it is sent', () => {
    expect([documentProblem({ text: ' ' }), documentProblem({ text: 'a' }), documentProblem({ text: 'x'.repeat(700_000) })]).toEqual([expect.any(String), undefined, expect.any(String)]);
  });
});
