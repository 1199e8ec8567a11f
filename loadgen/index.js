#!/usr/bin/env node
// What `node loadgen` finds.
import './typescript.js';

const { main } = await import('./main.ts');
await main();
