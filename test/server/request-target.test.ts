import * as assert from 'uvu/assert';
import { originForm, pathOf } from '../../server/request-target.ts';
import { suite } from '../support/suite.ts';

suite('server request-target', (test) => {
  test('origin form stays as it is', () => {
    for (const target of ['/', '/slow?x=1', '//', '/a%20b', '/?', '/a?b?c', '/~!$&\'()*+,;=:@"<>[]|'])
      assert.is(originForm(target), target);
  });

  test('absolute form loses its origin', () => {
    assert.is(originForm('http://example.org/health?x=1'), '/health?x=1');
    assert.is(originForm('HTTPS://example.org:1'), '/');
  });

  test('everything else is no target for a route', () => {
    for (const target of [
      '',
      '*',
      'health',
      'example.org:80',
      'ftp://x/',
      'http://[',
      'http://',
      '/%',
      '/%zz',
      '/a#b',
      '/é',
      '/a b',
    ])
      assert.is(originForm(target), null, target);
  });

  test('the path ends where the query begins', () => {
    assert.is(pathOf('/a?b?c'), '/a');
    assert.is(pathOf('/a'), '/a');
  });
});
