import * as assert from 'uvu/assert';
import { AnswerParser } from '../../loadgen/wire/answer-parser.ts';
import { ALL_ANSWERS } from '../support/answer-collection.ts';
import { createLlhttpJudge, type NodeVerdict } from '../support/llhttp.ts';
import { mutant } from '../support/mutate.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';

const MUTANTS = Number(process.env.FUZZ_MUTANTS ?? 120_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20);

suite('answer parser against llhttp', (test) => {
  test(`${MUTANTS} mutated answers have the verdict, status and body that Node's own parser finds`, () => {
    const random = seededRandom(SEED);
    const judgeByNode = createLlhttpJudge();
    const parser = new AnswerParser();
    const explained = new Map<string, number>();
    const unexplained: string[] = [];
    const kinds = { whole: 0, cut: 0, bad: 0 };
    const compare = (text: string, toHead: boolean) => {
      const bytes = Buffer.from(text, 'latin1');
      const ours = judge(parser, [bytes], toHead);
      const node = judgeByNode(bytes, toHead);
      kinds[ours.kind] += 1;
      if (agree(ours, node)) return;
      const difference = DIFFERENCES.find(
        (d) => d.ours.includes(ours.kind) && d.node.includes(node.kind) && d.where.test(text),
      );
      if (difference === undefined)
        unexplained.push(JSON.stringify({ ours, node, text, ...(toHead ? { toHead } : {}) }));
      else explained.set(difference.why, (explained.get(difference.why) ?? 0) + 1);
    };
    for (const { bytes, toHead } of ALL_ANSWERS) compare(bytes, toHead === true);
    for (let i = 0; i < MUTANTS; i += 1) {
      const { text, toHead } = mutant(random);
      compare(text, toHead);
    }
    assert.equal(unexplained.slice(0, 10), [], `${unexplained.length} differences that nobody has justified`);
    for (const [kind, count] of Object.entries(kinds))
      assert.ok(count > MUTANTS / 50, `${count} of them are ${kind}`);
    const idle = DIFFERENCES.filter((d) => !d.notInAll && !explained.has(d.why)).map(({ why }) => why);
    assert.equal(idle, [], 'differences that do not exist');
  });

  test('mutated answers are the same wherever they are cut', () => {
    const random = seededRandom(SEED + 1);
    const parser = new AnswerParser();
    for (let i = 0; i < MUTANTS / 4; i += 1) {
      const { text, toHead } = mutant(random);
      const bytes = Buffer.from(text, 'latin1');
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + Math.floor(random() * random() * 60);
        pieces.push(bytes.subarray(at, end));
        at = end;
      }
      assert.equal(judge(parser, pieces, toHead), judge(parser, [bytes], toHead), JSON.stringify(text));
    }
  });
});

type Kind = 'whole' | 'cut' | 'bad';
type Difference = {
  readonly why: string;
  readonly ours: readonly Kind[];
  readonly node: readonly Kind[];
  readonly where: RegExp;
  /** Too rare to be seen for every seed, or gone from some versions of llhttp. */
  readonly notInAll?: true;
};

const ACCEPTED: readonly Kind[] = ['whole', 'cut'];
const REFUSED: readonly Kind[] = ['bad'];

/** Where we mean to differ from llhttp, and why. Each must be seen, so none outlives its reason. */
const DIFFERENCES: readonly Difference[] = [
  // Stricter.
  {
    why: 'RFC 9112, 2.3: another major version is another protocol; llhttp lets 0.9 and 2.0 through',
    ours: REFUSED,
    node: ACCEPTED,
    where: /HTTP\/(0\.9|2\.0|[02-9]\.?$)/,
  },
  {
    why: 'RFC 9110, 15: no status is below 100 (and 0 means none in our outcomes)',
    ours: REFUSED,
    node: ACCEPTED,
    where: /HTTP\/1\.[01] 0\d\d/,
  },
  {
    why: 'RFC 9112, 2.2: only a server may skip empty lines before a start line',
    ours: REFUSED,
    node: ACCEPTED,
    where: /(^|\r\n\r\n)[\r\n]+($|\r|\n|H)/,
  },
  {
    why: 'RFC 9112, 2.2: a bare CR ends no line; llhttp takes two of them for the end of the status line',
    ours: REFUSED,
    node: ACCEPTED,
    where: /HTTP\/1\.\d \d{3}[^\r\n]*\r\r/,
    notInAll: true,
  },
  {
    why: 'RFC 9112, 4: a reason has no control bytes',
    ours: REFUSED,
    node: ACCEPTED,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
    where: /HTTP\/1\.[01] \d{3} [^\r\n]*[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/,
  },
  {
    why: 'RFC 9112, 6.1: in HTTP/1.0 a transfer encoding makes the framing faulty',
    ours: REFUSED,
    node: ACCEPTED,
    where: /HTTP\/1\.0 [\s\S]*transfer-encoding:/i,
  },
  {
    why: 'a length that cannot be counted exactly is none that we could check',
    ours: REFUSED,
    node: ACCEPTED,
    where: /content-length:[ \t]*\d{16,}|\r\n[0-9a-f]{14,}/i,
  },
  {
    why: 'RFC 9112, 7.1: chunked must not be applied twice',
    ours: REFUSED,
    node: ACCEPTED,
    where: /transfer-encoding:[^\r\n]*chunked[\s\S]*chunked/i,
  },
  {
    why: 'RFC 9110, 7.8: we never ask for an upgrade, so 101 is no answer; node:http tells its user of it',
    ours: REFUSED,
    node: ACCEPTED,
    where: /HTTP\/1\.[01] 101/,
  },
  {
    why: 'an encoding of nothing frames nothing; llhttp overlooked it before 9.4',
    ours: REFUSED,
    node: ACCEPTED,
    where: /transfer-encoding:[ \t,]*\r(\n|$)/i,
    notInAll: true,
  },
  // More lenient, as the RFC wants it.
  {
    why: 'RFC 9112, 2.3: a later minor version is read as the one that we know',
    ours: ACCEPTED,
    node: REFUSED,
    where: /HTTP\/1\.[2-9]/,
  },
  {
    why: 'RFC 9112, 6.3, and RFC 9110, 5.6.3: the same length again is one length, and a tab is white space',
    ours: ACCEPTED,
    node: REFUSED,
    where: /content-length:[^\r\n]*[,\t]|content-length:[\s\S]*content-length:/i,
  },
  {
    why: 'RFC 9110, 15.2: an interim answer does not end the exchange, whatever its Connection field or version',
    ours: ACCEPTED,
    node: REFUSED,
    where: /HTTP\/1\.0 1\d\d|HTTP\/1\.1 1\d\d[\s\S]*connection:[^\r\n]*(close|upgrade)/i,
  },
  {
    why: 'RFC 9112, 7.1.1: chunk extensions are ignored, whatever their grammar',
    ours: ACCEPTED,
    node: REFUSED,
    where: /\r\n0*[0-9a-f]+[ \t]*(;|$)/i,
  },
  {
    why: 'RFC 9112, 7.1.2: a trailer does not govern the framing',
    ours: ACCEPTED,
    node: REFUSED,
    where:
      /transfer-encoding:[\s\S]*\r\n0+(;[^\r\n]*)?\r\n[\s\S]*(content-length|transfer-encoding|connection):/i,
  },
  {
    why: 'what the fields of a head mean is judged when the head is whole: one that is cut is cut',
    ours: ['cut'],
    node: REFUSED,
    where: /^(HTTP\/1\.\d 1\d\d[\s\S]*?\r\n\r\n)*((?!\r\n\r\n)[\s\S])*$/,
  },
  {
    why: 'RFC 9110, 5.6.1: empty elements of a list mean nothing, so chunked may be the last encoding before them',
    ours: ['whole', 'cut', 'bad'],
    node: ['whole', 'cut', 'bad'],
    where: /transfer-encoding:[^\r\n]*chunked[ \t]*,/i,
  },
  {
    why: 'RFC 9110, 5.6.3: a tab after the last encoding is white space',
    ours: ['whole', 'cut', 'bad'],
    node: ['whole', 'cut', 'bad'],
    where: /transfer-encoding:[^\r\n]*\t/i,
    notInAll: true,
  },
];

function judge(parser: AnswerParser, pieces: readonly Buffer[], toHead: boolean): NodeVerdict {
  parser.begin(toHead);
  for (const piece of pieces) {
    const verdict = parser.read(piece, piece.length);
    if (verdict === 'bad') return { kind: 'bad', code: '' };
    if (verdict === 'whole') return { kind: 'whole', status: parser.status, bodyBytes: parser.bodyBytes };
  }
  if (!parser.endsWithConnection) return { kind: 'cut' };
  return { kind: 'whole', status: parser.status, bodyBytes: parser.bodyBytes };
}

function agree(ours: NodeVerdict, node: NodeVerdict): boolean {
  if (ours.kind !== node.kind) return false;
  if (ours.kind !== 'whole' || node.kind !== 'whole') return true;
  return ours.status === node.status && ours.bodyBytes === node.bodyBytes;
}
