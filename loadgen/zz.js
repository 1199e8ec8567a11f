const t1=performance.now();
if (process.argv[2]==='cjs') (await import('tsx/cjs/api')).register();
const t2=performance.now();
(await import('tsx/esm/api')).register();
if (process.argv[2]==='hook') (await import('node:module')).register('data:text/javascript,export async function resolve(s,c,n){const r=await n(s,c);return r.format==="commonjs"&&/\\.ts(\\?|$)/.test(r.url)?{...r,format:"module"}:r}');
console.log(process.argv[2], t2-t1, performance.now()-t2);
for (const f of process.argv.slice(3)) try { const m = await import(f); console.log(f, m) } catch (e) { console.log(f, e.name, e.code, e.message.split('\n')[0], e.stack.split('\n').filter(l=>/^\s+at/.test(l))[0]) }
