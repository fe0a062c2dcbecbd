// An ES module, with a top-level await.
const answered = await Promise.resolve('ES module');
export const handler = async (event) => ({ ...event, answered });
