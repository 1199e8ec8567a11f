// Lets this thread import TypeScript; whoever hands over to a .ts file imports this one first. Only a Node without TypeScript of
// its own pays for a loader, and in a worker of Node 20 `--import tsx` would hook CommonJS only.
if (!process.features.typescript && !('Deno' in globalThis)) {
  // Not through 'tsx/esm/api': that loads all of tsx into this thread as well, which takes 40 ms.
  (await import('node:module')).register('tsx/esm', import.meta.url, { data: true });
  process.setSourceMapsEnabled(true);
}
