// Resolve hook for Node 20, whose TypeScript loader takes a .ts file outside of any ES module package for CommonJS.
// Newer Nodes look at the syntax; a scenario is always an ES module.
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  const isTypeScript = /\.ts(\?|$)/.test(resolved.url);
  return isTypeScript && resolved.format === 'commonjs' ? { ...resolved, format: 'module' } : resolved;
}
