import { useState } from 'react';
import { newKey } from './new-key';

/**
 * Keys of orders: the same order keeps its key, so that a repeat after a lost answer is recognised; another one gets another
 * key, since a key that was used for something else is refused.
 */
export function orderKeys(make: () => string = newKey): (body: unknown) => string {
  let last: { readonly text: string; readonly key: string } | undefined;
  return (body) => {
    const text = JSON.stringify(body);
    last = last?.text === text ? last : { text, key: make() };
    return last.key;
  };
}

/** {@link orderKeys} for the life of a form. */
export function useOrderKey(): (body: unknown) => string {
  return useState(() => orderKeys())[0];
}
