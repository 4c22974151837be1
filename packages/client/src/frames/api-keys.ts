/** The HTTP calls under `/v1/` that make, list and end API keys: how a program that cannot sign with a ledger address says who it is. */
import { Type } from 'typebox';
import type { Static } from 'typebox';

const Text = Type.String();

/** What an API key is good for: to look at what is private, or to place and cancel orders. */
const Scope = Type.Union([Type.Literal('read'), Type.Literal('trade')]);
const KeyName = Type.String({ minLength: 1, maxLength: 32 });

/** `POST /v1/create_api_key` (Bearer): a key for a program of one's own. The secret is told here and never again. */
export const CreateApiKeyRequest = Type.Object({
  name: KeyName,
  scopes: Type.Array(Scope, { minItems: 1, maxItems: 2, uniqueItems: true }),
});
export const CreateApiKeyResult = Type.Object({ key: Text, secret: Text });

/** `POST /v1/list_api_keys` (Bearer). */
export const ListApiKeysRequest = Type.Object({});
export const ListApiKeysResult = Type.Object({
  keys: Type.Array(
    Type.Object({ key: Text, name: Text, scopes: Type.Array(Scope), created: Text }),
  ),
});

/** `POST /v1/revoke_api_key` (Bearer): the key and the token made with it are good for nothing from now on. */
export const RevokeApiKeyRequest = Type.Object({ key: Type.String({ maxLength: 64 }) });
export const RevokeApiKeyResult = Type.Object({ revoked: Type.Boolean() });

export type ApiScope = Static<typeof Scope>;
export type CreateApiKeyRequest = Static<typeof CreateApiKeyRequest>;
export type CreateApiKeyResult = Static<typeof CreateApiKeyResult>;
export type ListApiKeysResult = Static<typeof ListApiKeysResult>;
export type RevokeApiKeyRequest = Static<typeof RevokeApiKeyRequest>;
export type RevokeApiKeyResult = Static<typeof RevokeApiKeyResult>;
