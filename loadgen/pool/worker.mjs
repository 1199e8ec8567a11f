// The file that piscina loads in a thread. In a worker of Node 20 `--import tsx` hooks CommonJS only, so the loader is
// registered here; newer Nodes and Deno load TypeScript by themselves and don't pay for it.
if (!process.features.typescript && !('Deno' in globalThis)) {
  // Not through 'tsx/esm/api': that loads all of tsx into this thread as well, which takes 40 ms.
  (await import('node:module')).register('tsx/esm', import.meta.url, { data: true });
  process.setSourceMapsEnabled(true);
}
const { work } = await import('./worker.ts');
export default work;
