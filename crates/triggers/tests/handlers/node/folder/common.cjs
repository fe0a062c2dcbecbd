exports.handler = async (event) => ({ ...event, answered: 'in a folder' });
