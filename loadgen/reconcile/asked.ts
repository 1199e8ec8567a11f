/** What the requests that are counted under one endpoint really ask for; a drawn path is known only when it is sent. */
export type AskedPath = { readonly kind: 'fixed'; readonly path: string } | { readonly kind: 'drawn' };

/** By the label of an endpoint. */
export type AskedPaths = (endpoint: Labelled) => readonly AskedPath[];

type Labelled = { readonly method: string; readonly path: string };

/** As far as it matters here what is sent: a plan. */
export type PlannedRequests = {
  readonly mix: readonly {
    /** Null or a function: drawn anew for each request. */
    readonly path: string | null | ((...given: never) => string);
    readonly weight: number;
    /** Index into the endpoints. */
    readonly endpoint: number;
  }[];
  readonly endpoints: readonly Labelled[];
};

/**
 * The paths behind the endpoints of a plan: a report names them as its reader likes and without their queries, the target
 * routes and answers by what was really asked.
 */
export function askedPaths({ mix, endpoints }: PlannedRequests): AskedPaths {
  const asked = new Map<string, AskedPath[]>();
  for (const { path, endpoint, weight } of mix) {
    if (weight === 0) continue;
    const key = keyOf(endpoints[endpoint]!);
    const one: AskedPath = typeof path === 'string' ? { kind: 'fixed', path } : { kind: 'drawn' };
    asked.set(key, [...(asked.get(key) ?? []), one]);
  }
  return (endpoint) => asked.get(keyOf(endpoint)) ?? pathsAsNamed(endpoint);
}

/** For whoever sent what the labels say, and nothing else. */
export function pathsAsNamed({ path }: Labelled): readonly AskedPath[] {
  return [{ kind: 'fixed', path }];
}

function keyOf({ method, path }: Labelled): string {
  return `${method} ${path}`;
}
