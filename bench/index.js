// What `node bench NAME` finds. Only a Node without TypeScript of its own pays for a loader.
if (!process.features.typescript) (await import('tsx/esm/api')).register();
const { main } = await import('./main.ts');
await main();
