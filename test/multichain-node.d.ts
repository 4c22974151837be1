/** npm's `multichain-node` comes without types. */
declare module 'multichain-node' {
  /** A node's methods by their names in camel case: parameters by name or as a list, then who hears the answer. */
  type Method = (
    params: object | readonly unknown[] | null,
    done: (error: unknown, result: unknown) => void,
  ) => void;
  export default function connect(to: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly pass: string;
  }): Readonly<Record<string, Method>>;
}
