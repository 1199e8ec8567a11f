// The entry of what bench/server.ts starts on every runtime: only a Node without TypeScript of its own pays for a loader.
if (!process.features.typescript && !('Deno' in globalThis)) (await import('tsx/esm/api')).register();
if (process.argv[2] === 'costs') (await import('./observe-costs.ts')).printObserveCosts();
else (await import('./server-target.ts')).serve(process.argv[2]);
