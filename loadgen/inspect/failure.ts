/** Why no HTTP answer came from a target, and what a person can do about it. */
export type Failure = {
  readonly kind:
    | 'refused'
    | 'name'
    | 'unroutable'
    | 'certificate'
    | 'tls'
    | 'not-http'
    | 'closed'
    | 'timeout'
    | 'other';
  /** One clause: what happened. */
  readonly what: string;
  /** One clause, a question or a wish; empty where there is none to give. */
  readonly advice: string;
};

/** Reads the message of a failed request, as Node and Deno write it. */
export function explainFailure(message: string): Failure {
  const why = message.replace(/^Cannot read \S+: /, '');
  const known = KNOWN.find(({ sign }) => sign.test(why));
  return known === undefined
    ? { kind: 'other', what: why === '' ? 'no answer' : why, advice: '' }
    : { kind: known.kind, what: known.what ?? why, advice: known.advice };
}

/** True when every other endpoint of the target would fail in the same way. */
export function concernsAllEndpoints({ kind }: Failure): boolean {
  return kind !== 'timeout' && kind !== 'closed' && kind !== 'other';
}

type Known = {
  readonly sign: RegExp;
  readonly kind: Failure['kind'];
  /** null: the message says it best itself. */
  readonly what: string | null;
  readonly advice: string;
};

const KNOWN: readonly Known[] = [
  {
    sign: /ECONNREFUSED/,
    kind: 'refused',
    what: 'the connection was refused',
    advice: 'is the service running, and on this port?',
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN|EAI_NODATA/,
    kind: 'name',
    what: 'the host name is not known',
    advice: 'is it spelled right, and does DNS work here?',
  },
  {
    sign: /EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/,
    kind: 'unroutable',
    what: 'there is no way to that address',
    advice: 'is the network up, and the address right?',
  },
  {
    sign: /certificate|SELF_SIGNED|CERT_|issuer|altname/i,
    kind: 'certificate',
    what: null,
    advice: 'want a certificate that checks out, or --insecure',
  },
  {
    sign: /EPROTO|wrong version number|InvalidContentType|corrupt message/i,
    kind: 'tls',
    what: 'what answers there does not speak TLS',
    advice: 'want http:// in the target?',
  },
  {
    sign: /Parse Error|HPE_/,
    kind: 'not-http',
    what: 'what answers there does not speak HTTP',
    advice: 'is it the right port, or is https:// wanted?',
  },
  {
    sign: /socket hang up|ECONNRESET|EPIPE|cut off/,
    kind: 'closed',
    what: 'the connection was closed without a whole answer',
    advice: 'is https:// wanted, or is the service overloaded?',
  },
  {
    sign: /ETIMEDOUT|no whole answer within/,
    kind: 'timeout',
    what: null,
    advice: 'does it hang, or does a firewall swallow the request? --timeout sets the patience',
  },
];
