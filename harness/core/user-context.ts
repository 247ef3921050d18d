/**
 * One context of the user's own kubeconfig, read as data: nothing in it was run, nobody was asked. Certificates, keys
 * and tokens that the kubeconfig keeps in files of their own are read in; all of them are base64 as in a kubeconfig.
 */
export interface UserContext {
  readonly name: string;
  readonly cluster: {
    readonly name: string;
    /** As written, such as `https://127.0.0.1:6443`. */
    readonly server: string;
    readonly caData?: string;
    readonly tlsServerName?: string;
    readonly skipsTlsVerify: boolean;
    readonly proxyUrl?: string;
  };
  readonly user: {
    readonly name: string;
    readonly certData?: string;
    readonly keyData?: string;
    readonly token?: string;
    readonly username?: string;
    readonly password?: string;
    /** A program that would have to be run to sign in. */
    readonly exec?: ExecPlugin;
    /** The forerunner of exec, which kubectl does not know any more (since 1.26). */
    readonly hasAuthProvider: boolean;
    /** It would act as somebody else, with other rights. */
    readonly impersonates: boolean;
  };
}

/** How kubectl is told to run a program that signs in (client.authentication.k8s.io). */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Set when it wants to speak with a person. */
  readonly interactive: boolean;
}

/** All contexts of the user's kubeconfig files, merged as kubectl merges them. */
export interface UserContexts {
  readonly names: readonly string[];
  /** @throws UsageError KUBECONFIG_UNREADABLE when the context is not whole; undefined when there is none */
  read(name: string): Promise<UserContext | undefined>;
}
