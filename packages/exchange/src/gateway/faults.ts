/** What a compiled schema finds wrong, as an error string of the wire. */
import { gatewayErrors } from '@wattlot/client/frames';

/** What is wrong with a value, as a compiled schema tells. */
export interface Fault {
  readonly instancePath: string;
  readonly params: object;
}

/** The error for a fault, with the field that is wrong or missing where there is one. `root` is the path of what holds the fields: '' when the value itself does. */
export function argumentError(fault: Fault | undefined, root: string): string {
  const field = fault === undefined ? undefined : fieldOf(fault, root);
  return `${gatewayErrors.invalidArguments}${field === undefined ? '' : `:${field}`}`;
}

function fieldOf({ params, instancePath }: Fault, root: string): string | undefined {
  const missing = 'requiredProperties' in params ? params.requiredProperties : [];
  const path =
    Array.isArray(missing) && missing.length > 0 ? `${root}/${missing[0]}` : instancePath;
  if (!path.startsWith(`${root}/`)) return undefined;
  return /^[a-z_]{1,40}/.exec(path.slice(root.length + 1))?.[0];
}
