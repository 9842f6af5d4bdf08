export const documentPath: string;
export const schemaPath: string;
export function generateSchema(path: string): Promise<string>;
