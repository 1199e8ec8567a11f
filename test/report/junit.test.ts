import * as assert from 'uvu/assert';
import { renderJunit } from '../../loadgen/report/junit.ts';
import { exitCodeOf } from '../../loadgen/report/verdict.ts';
import { suite } from '../support/suite.ts';
import { REPORTS } from './report-samples.ts';
import { reportOf } from './samples.ts';

suite('junit', (test) => {
  test('it is well-formed XML, whatever the names hold', () => {
    for (const report of Object.values(REPORTS)) parseXml(renderJunit(report));
  });

  test('names come back from the XML as they went in, but for what XML cannot hold', () => {
    const hostile = REPORTS['with hostile names']!;
    const suiteElement = parseXml(renderJunit(hostile)).find((element) => element.name === 'testsuite');
    assert.is(suiteElement?.attributes.name, hostile.scenario);
    const target = parseXml(renderJunit(hostile)).find(({ attributes }) => attributes.name === 'target');
    assert.is(target?.attributes.value, 'http://[::1]:5000/\ufffd]0;title\ufffd');
  });

  test('the totals are the number of cases', () => {
    for (const report of Object.values(REPORTS)) {
      const elements = parseXml(renderJunit(report));
      const count = (name: string) => String(elements.filter((element) => element.name === name).length);
      for (const element of elements.filter(({ name }) => name.startsWith('testsuite'))) {
        assert.is(element.attributes.tests, count('testcase'));
        assert.is(element.attributes.failures, count('failure'));
        assert.is(element.attributes.skipped, count('skipped'));
      }
    }
  });

  test('there is a failure exactly when the run has failed', () => {
    for (const report of Object.values(REPORTS)) {
      const hasFailure = renderJunit(report).includes('<failure');
      assert.is(hasFailure, exitCodeOf({ ...report, stoppedBy: null }) !== 0);
    }
    assert.not.match(renderJunit(REPORTS['of few samples']!), /<failure/);
  });

  test('each threshold is a case of its own that says what was measured', () => {
    const report = reportOf([{ path: '/', statuses: { 200: 9, 500: 1 } }], {
      thresholds: ['errors < 5%', 'requests.sent == 10'],
    });
    const xml = renderJunit(report);
    assert.match(
      xml,
      /name="errors &#60; 5%" time="0">\s*<failure type="thresholds" message="it was 10.0 %">/,
    );
    assert.match(xml, /name="requests.sent == 10" time="0"\/>/);
  });

  test('figures that are not to be believed fail a case of their own, and are skipped where that is allowed', () => {
    const of = (allowInvalid: boolean) =>
      renderJunit(
        reportOf([{ path: '/', statuses: { 200: 100 } }], {
          allowInvalid,
          conducts: [{ latenessUs: () => 50_000 }],
        }),
      );
    assert.match(
      of(false),
      /name="the numbers can be believed" time="0">\s*<failure type="validity" message="generator-limited: /,
    );
    assert.match(
      of(true),
      /name="the numbers can be believed" time="0">\s*<skipped message="generator-limited: /,
    );
    assert.not.match(of(true), /<failure/);
  });
});

type Element = { readonly name: string; readonly attributes: Readonly<Record<string, string>> };

/** The elements of a text that must be well-formed; knows the XML that is written here and no more. */
function parseXml(text: string): Element[] {
  assert.match(text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/);
  assert.not.match(text, /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  const elements: Element[] = [];
  const open: string[] = [];
  const body = text.slice(text.indexOf('?>') + 2);
  const rest = body.replace(
    /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g,
    (_, end, name, attributes, single) => {
      if (end === '/') assert.is(open.pop(), name);
      else elements.push({ name, attributes: attributesOf(attributes) });
      if (end === '' && single === '') open.push(name);
      return '';
    },
  );
  assert.equal(open, []);
  assert.not.match(rest, /[<>]|&(?!#\d+;)/);
  return elements;
}

function attributesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/ ([a-z]+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, name, value]) => [name, unescaped(value!)]));
}

function unescaped(text: string): string {
  assert.not.match(text, /&(?!#\d+;)/);
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
}
