import * as assert from 'uvu/assert';
import { planRun } from '../../loadgen/scenario/plan.ts';
import { basePathOf, prepareRequests } from '../../loadgen/scenario/prepare.ts';
import { defineScenario, type MixEntry } from '../../loadgen/scenario/scenario.ts';
import { drawFor } from '../../loadgen/schedule/draw.ts';
import { suite } from '../support/suite.ts';

function prepared(mix: readonly MixEntry[], basePath = '') {
  const scenario = defineScenario({ name: 'x', about: 'y', mix, phases: () => [] });
  return prepareRequests(planRun(scenario, {}, 1).mix, basePath);
}

suite('prepared requests', (test) => {
  test('an entry without functions is the same frozen request each time', () => {
    const request = prepared([{ path: '/a?b', method: 'POST', headers: { Accept: 'x' }, body: 'é' }]);
    const first = request(0, drawFor(1, 0, 0));
    assert.equal(first, {
      method: 'POST',
      path: '/a?b',
      headers: { 'user-agent': 'loadgen', accept: 'x' },
      body: 'é',
    });
    assert.is(request(0, drawFor(1, 0, 1)), first);
    assert.ok(Object.isFrozen(first) && Object.isFrozen(first.headers));
  });

  test('a user agent of the scenario replaces ours', () => {
    const request = prepared([{ path: '/', headers: { 'User-Agent': 'curl' } }]);
    assert.equal(request(0, drawFor(1, 0, 0)).headers, { 'user-agent': 'curl' });
  });

  test('a drawn entry is the same for the same draw and varies with it', () => {
    const request = prepared([
      { path: (draw) => `/${draw.integer(0, 1_000_000)}`, name: 'x', body: (draw) => String(draw.index) },
    ]);
    const paths = new Set<string>();
    for (let index = 0; index < 100; index++) {
      const one = request(0, drawFor(5, 0, index));
      assert.equal(request(0, drawFor(5, 0, index)), one);
      assert.is(one.body, String(index));
      paths.add(one.path);
    }
    assert.ok(paths.size > 90);
  });

  test('the path of the target stands before every path, drawn or not', () => {
    const request = prepared([{ path: '/a' }, { path: () => '/b', name: 'b' }], '/app');
    assert.equal(
      [0, 1].map((entry) => request(entry, drawFor(1, 0, 0)).path),
      ['/app/a', '/app/b'],
    );
  });

  test('the path of a target has no slash at its end', () => {
    const bases = ['http://h', 'http://h/', 'http://h/app', 'http://h/app/', 'https://h:1/a/b//'].map(
      basePathOf,
    );
    assert.equal(bases, ['', '', '/app', '/app', '/a/b']);
  });

  test('what is drawn and cannot be sent is refused', () => {
    const request = prepared([
      { path: () => '/é' as const, name: 'a' },
      { path: '/', body: () => 5 as unknown as string },
    ]);
    assert.throws(() => request(0, drawFor(1, 0, 0)), /mix\[0\]\.path\(draw\): got '\/é', want a path/);
    assert.throws(() => request(1, drawFor(1, 0, 0)), /mix\[1\]\.body\(draw\): got 5, want a string/);
  });
});
