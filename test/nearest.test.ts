import * as assert from 'uvu/assert';
import { didYouMean, nearest } from '../loadgen/nearest.ts';
import { suite } from './support/suite.ts';

const NAMES = ['continuous', 'controlled', 'poisson', 'ramp', 'spike', 'steady'];

suite('near names', (test) => {
  test('a slip of one letter is found, whichever it is', () => {
    for (const slip of ['spkie', 'spke', 'spiike', 'spika', 'SPIKE'])
      assert.is(nearest(slip, NAMES)[0], 'spike');
  });

  test('a beginning is found', () => {
    assert.is(nearest('pois', NAMES)[0], 'poisson');
    assert.equal(nearest('cont', NAMES), ['continuous', 'controlled']);
  });

  test('a name itself comes first', () => {
    for (const name of NAMES) assert.is(nearest(name, NAMES)[0], name);
  });

  test('nothing is offered for a word that is far from all, or of one letter', () => {
    assert.is(didYouMean('xylophone', NAMES), '');
    assert.is(didYouMean('c', ['a', 'b']), '');
    assert.is(didYouMean('', NAMES), '');
  });
});
