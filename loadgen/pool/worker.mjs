// The file that piscina loads in a thread. In a worker of Node 20 `--import tsx` hooks CommonJS only, so the loader is
// registered here; newer Nodes and Deno load TypeScript by themselves and don't pay for it.
if (!process.features.typescript && !('Deno' in globalThis)) (await import('tsx/esm/api')).register();
const { work } = await import('./worker.ts');
export default work;
