import * as assert from 'uvu/assert';
import { parseTarget } from '../../loadgen/cli/target.ts';
import { suite } from '../support/suite.ts';

function urlOf(text: string): string | null {
  const parsed = parseTarget(text);
  return parsed.kind === 'target' ? parsed.url : null;
}

function wishOf(text: string): string {
  const parsed = parseTarget(text);
  return parsed.kind === 'refused' ? parsed.wish : '';
}

suite('the target', (test) => {
  test('is an http or https URL, without the slash at its end', () => {
    assert.equal(
      [
        'http://localhost:5000',
        'HTTPS://Example.org/',
        'http://[::1]:80/app/',
        'http://127.0.0.1:5000/a/b',
      ].map(urlOf),
      ['http://localhost:5000', 'https://example.org', 'http://[::1]/app', 'http://127.0.0.1:5000/a/b'],
    );
  });

  test('what only lacks its scheme is offered with it', () => {
    for (const text of ['localhost:5000', 'localhost', '10.0.0.1:80/app', '[::1]:5000', 'my-host.example'])
      assert.ok(wishOf(text).endsWith(`did you mean 'http://${text}'?`), wishOf(text));
  });

  test('anything else is refused', () => {
    const wrong = [
      '',
      'ftp://h',
      'http://',
      'http:///x',
      'http://h:99999',
      'http://a b',
      'http:h',
      '//h',
      'javascript:1',
    ];
    assert.equal(
      wrong.filter((text) => urlOf(text) !== null),
      [],
    );
  });

  test('a query, a fragment and a password are refused, and the password is not repeated', () => {
    for (const text of ['http://h/?a=b', 'http://h/#a', 'http://h?'])
      assert.match(wishOf(text), 'without a query or fragment');
    assert.match(wishOf('http://me:secret@h/'), 'holds a password');
    assert.not.match(wishOf('http://me:secret@h/'), 'secret');
  });
});
