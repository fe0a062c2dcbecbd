// An ES module by what its package.json says.
export const handler = async (event) => ({ ...event, answered: import.meta.url.startsWith('file:') });
