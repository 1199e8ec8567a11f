// The entry of bench/server-target.ts on every runtime: only a Node without TypeScript of its own pays for a loader.
if (!process.features.typescript && !('Deno' in globalThis)) (await import('tsx/esm/api')).register();
const { serve } = await import('./server-target.ts');
serve(process.argv[2]);
