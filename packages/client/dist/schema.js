// Generated from crates/bondhu/openapi.json by `npm run gen`. Do not edit.
export {};
