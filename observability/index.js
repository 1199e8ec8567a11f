// What `node observability COMMAND` finds. Only a Node without TypeScript of its own pays for a loader.
if (!process.features.typescript) {
  // Not through 'tsx/esm/api': that loads all of tsx into this thread as well, which takes 40 ms.
  (await import('node:module')).register('tsx/esm', import.meta.url, { data: true });
  process.setSourceMapsEnabled(true);
}
const { main } = await import('./main.ts');
await main();
