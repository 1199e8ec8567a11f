// The file that piscina loads in a thread.
import '../typescript.js';

const { work } = await import('./worker.ts');
export default work;
