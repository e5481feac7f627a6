import { signedHeaders } from './webhook-signature';

describe(signedHeaders.name, () => {
  it('is what the specification gives as its example', () => {
    // Standard Webhooks 1.0.0, section "Verifying webhook authenticity".
    const headers = signedHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}');
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
    expect(headers).toMatchObject({ 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330' });
  });

  it('takes a secret that is plain text, and no secret at all', () => {
    expect(signedHeaders('plain', 'i', 1, 'b')['webhook-signature']).toMatch(/^v1,/);
    expect(signedHeaders(null, 'i', 1, 'b')).not.toHaveProperty('webhook-signature');
  });
});
