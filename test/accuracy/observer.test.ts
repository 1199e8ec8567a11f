import * as assert from 'uvu/assert';
import { type Distribution, drawSamples, SHAPES } from '../../loadgen/accuracy/distributions.ts';
import { sortSamples } from '../../loadgen/accuracy/exact.ts';
import { bucketise, nativeLayout, PEER_LAYOUTS } from '../../loadgen/accuracy/layouts.ts';
import { nativeHistogramOf } from '../../loadgen/accuracy/native.ts';
import { nativeBound } from '../../loadgen/accuracy/native-bounds.ts';
import { createObserver } from '../../loadgen/accuracy/observer.ts';
import { bytesPerScrape } from '../../loadgen/accuracy/scrape-bytes.ts';
import { suite } from '../support/suite.ts';

const WIDE: Distribution = { kind: 'lognormal', medianSeconds: 0.001, sigma: 4 };

suite('observers', (test) => {
  test('one by one they count what the whole is cut into, for every layout', () => {
    for (const shape of [SHAPES.bimodal, SHAPES.submillisecond, WIDE]) {
      const samples = drawSamples(shape, 2000, 7);
      for (const layout of PEER_LAYOUTS) {
        const observer = createObserver(layout);
        for (const sample of samples) observer.observe(sample);
        assert.equal([...observer.counts()], countsOf(samples, layout), layout.name);
      }
    }
  });

  test('a bound belongs to the bucket that it ends, and the next double to the one above', () => {
    for (const schema of [0, 3, 5, 8])
      for (const index of [-300, -17, -1, 0, 1, 13, 250]) {
        const bound = nativeBound(index, schema);
        const observer = createObserver(nativeLayout(schema));
        observer.observe(bound);
        observer.observe(bound * (1 + Number.EPSILON));
        assert.equal(
          [...observer.counts()],
          [
            [index, 1],
            [index + 1, 1],
          ],
          `schema ${schema} index ${index}`,
        );
      }
  });

  test('a schema that cuts no power of two is refused', () => {
    assert.throws(() => createObserver(nativeLayout(-1)), /want 0 to 8/);
  });
});

suite('bytes of a scrape', (test) => {
  const sorted = sortSamples(drawSamples(SHAPES.lognormal, 1000, 1));

  test('a classic histogram takes a line for each bound and three more', () => {
    const [classic] = PEER_LAYOUTS;
    const one = bytesPerScrape(classic!, [{ route: null, sorted }]);
    const lines = classic?.kind === 'classic' ? classic.boundsSeconds.length + 3 : 0;
    assert.ok(one > lines * 'http_server_request_duration_seconds_sum 1\n'.length, String(one));
    assert.is(
      bytesPerScrape(classic!, [
        { route: null, sorted },
        { route: null, sorted },
      ]),
      2 * one,
    );
    const labelled = bytesPerScrape(classic!, [{ route: '/é', sorted }]);
    const comma = lines - 2;
    assert.is(labelled, one + lines * 'http_route="/é"'.length + lines + comma + 2 * 2);
  });

  test('a native histogram takes as much as its populated buckets need', () => {
    const [coarse, fine] = [3, 5].map((schema) =>
      bytesPerScrape(nativeLayout(schema), [{ route: '/', sorted }]),
    );
    assert.ok(coarse! < fine!);
    const point = sortSamples([0.01]);
    // Metric 2 + label 2 + (2 + 10) + (2 + 1), histogram 2 + count 2 + sum 9 + schema 2 + zero threshold 9 + zero
    // count 2 + span 2 + offset 3 + length 2 + delta 2.
    assert.is(bytesPerScrape(nativeLayout(5), [{ route: '/', sorted: point }]), 2 + 2 + 12 + 3 + 2 + 33);
  });
});

function countsOf(samples: Float64Array, layout: (typeof PEER_LAYOUTS)[number]): [number, number][] {
  if (layout.kind === 'native')
    return nativeHistogramOf(samples, layout.schema).positive.map(({ index, count }) => [index, count]);
  const cumulative = bucketise(sortSamples(samples), layout.boundsSeconds).map(({ count }) => count);
  return cumulative
    .map((count, i): [number, number] => [i, count - (cumulative[i - 1] ?? 0)])
    .filter(([, count]) => count > 0);
}
