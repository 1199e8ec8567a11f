// The thread in which a scenario is imported and planned before anything else is done with it.
import '../typescript.js';

await import('./plan-worker.ts');
