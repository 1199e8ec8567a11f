import * as assert from 'uvu/assert';
import { dialFailure } from '../../loadgen/transport/dial.ts';
import { DialError, disconnectReason } from '../../loadgen/transport/disconnect-reason.ts';
import { suite } from '../support/suite.ts';

suite('disconnect reason', (test) => {
  test('each error has its reason', () => {
    for (const [code, message, reason] of [
      ['ECONNRESET', 'read ECONNRESET', 'reset'],
      ['EPIPE', 'write EPIPE', 'reset'],
      ['UND_ERR_SOCKET', 'other side closed', 'closed early'],
      ['UND_ERR_SOCKET', 'bad response', 'bad answer'],
      ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', '', 'closed early'],
      ['HPE_INVALID_EOF_STATE', '', 'closed early'],
      ['HPE_INVALID_CONSTANT', '', 'bad answer'],
      ['UND_ERR_HEADERS_OVERFLOW', '', 'bad answer'],
      ['UND_ERR_INVALID_ARG', '', 'bad request'],
      ['UND_ERR_DESTROYED', '', 'abandoned'],
      ['ERR_ASSERTION', '', 'bad answer'],
    ] as const)
      assert.is(disconnectReason(Object.assign(new Error(message), { code })), reason);
  });

  test('an error without a code is a bad answer', () => {
    assert.is(disconnectReason(new Error('what?')), 'bad answer');
  });

  test('a dial that failed says itself why', () => {
    for (const reason of ['refused', 'certificate', 'backing off'] as const)
      assert.is(disconnectReason(new DialError(reason)), reason);
  });

  test('only TLS can say no to a certificate', () => {
    const expired = Object.assign(new Error('expired'), { code: 'CERT_HAS_EXPIRED' });
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    assert.is(dialFailure(expired, true), 'certificate');
    assert.is(dialFailure(refused, true), 'refused');
    assert.is(dialFailure(refused, false), 'refused');
    assert.is(dialFailure(expired, false), 'refused');
  });
});
