import { orderKeys } from './order-key';

describe(orderKeys.name, () => {
  it('keeps the key of an order that is repeated, and makes another for another order', () => {
    let made = 0;
    const sut = orderKeys(() => `key ${(made += 1)}`);
    expect([sut({ name: 'a' }), sut({ name: 'a' }), sut({ name: 'b' }), sut({ name: 'a' })]).toEqual(['key 1', 'key 1', 'key 2', 'key 3']);
  });
});
