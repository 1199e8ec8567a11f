import * as assert from 'uvu/assert';
import { connectFailure } from '../../loadgen/wire/dial.ts';
import { suite } from '../support/suite.ts';

suite('dial', (test) => {
  test('only TLS can say no to a certificate', () => {
    const expired = Object.assign(new Error('expired'), { code: 'CERT_HAS_EXPIRED' });
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    assert.is(connectFailure(expired, true), 'certificate');
    assert.is(connectFailure(refused, true), 'refused');
    assert.is(connectFailure(refused, false), 'refused');
    assert.is(connectFailure(expired, false), 'refused');
    for (const code of ['EMFILE', 'ENFILE'])
      for (const secure of [true, false])
        assert.is(connectFailure(Object.assign(new Error('full'), { code }), secure), 'no descriptor');
  });
});
