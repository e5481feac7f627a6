/** Path of the service that hands over single files. */
export const GET_FILE_PATH = '/logcollectionservice/services/DimeGetFileService';
/** Action of that question. */
export const GET_FILE_ACTION = 'http://schemas.cisco.com/ast/soap/action/#LogCollectionPort#GetOneFile';

/** The SOAP envelope that asks for one file by its absolute path. */
export function getOneFile(path: string): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:soap="http://schemas.cisco.com/ast/soap/">',
    '<soapenv:Header/><soapenv:Body><soap:GetOneFile>',
    `<soap:FileName>${escapeXml(path)}</soap:FileName>`,
    '</soap:GetOneFile></soapenv:Body></soapenv:Envelope>',
  ].join('');
}

/** What a SOAP fault says; undefined when there is none. */
export function faultText(xml: string): string | undefined {
  const text = /<(?:\w+:)?faultstring[^>]*>([^<]*)</i.exec(xml)?.[1];
  return text?.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&amp;/g, '&').trim().slice(0, 300);
}

/** Cookies to send back, from the `Set-Cookie` lines of an answer. */
export function cookiesOf(setCookie: readonly string[] | undefined): string | undefined {
  const pairs = (setCookie ?? []).map((line) => line.split(';')[0]?.trim() ?? '').filter((pair) => pair.includes('='));
  return pairs.length === 0 ? undefined : pairs.join('; ');
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
