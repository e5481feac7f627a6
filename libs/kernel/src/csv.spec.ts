import { plainCell, readCsv, writeCsv } from './csv';

describe('CSV', () => {
  it('reads quotes, line breaks inside of them, semicolons and a byte order mark', () => {
    expect(readCsv('\uFEFFa;b\r\n"x;1";"say ""hi""\nthere"\r\n\r\n')).toEqual([
      ['a', 'b'],
      ['x;1', 'say "hi"\nthere'],
    ]);
  });

  it.each(['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\tx'])('neutralises the formula %j, and reads it back', (text) => {
    const [[cell = ''] = []] = readCsv(writeCsv([[text, 'x']]));
    expect(cell.startsWith("'")).toBe(true);
    expect(plainCell(cell)).toBe(text);
  });

  it('leaves negative numbers alone', () => {
    expect(writeCsv([['-12.5']])).toBe('-12.5\r\n');
  });
});
