import { type FormEvent, useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { api } from "@/api/client";
import { queries } from "@/api/queries";
import { Button } from "@/components/button";
import { TextField } from "@/components/field";
import { Faults } from "@/components/states";
import { Brand } from "@/frame/rail";

const TOKEN = /^#token=(.+)$/;

/** By the one-time link that `pressrun serve` prints (its token stands in the fragment, which no server sees), or by a key. */
export default function SignIn() {
  const navigate = useNavigate();
  const from = (useLocation().state as { from?: string } | null)?.from ?? "/";
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const signIn = async (credential: { key: string } | { token: string }) => {
    setBusy(true);
    setError(null);
    try {
      await api.POST("/v1/session", { body: credential });
      queries.clear();
      navigate(from, { replace: true });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: a link is used once, when the page opens
  useEffect(() => {
    document.title = "Sign in · Pressrun";
    const token = TOKEN.exec(location.hash)?.[1];
    if (!token) return;
    history.replaceState(history.state, "", location.pathname);
    void signIn({ token: decodeURIComponent(token) });
  }, []);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    void signIn({ key: String(new FormData(event.currentTarget).get("key")).trim() });
  };
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col justify-center gap-5 px-4 pb-24">
      <Brand />
      <h1 className="text-xl font-semibold">Sign in</h1>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="API key"
          name="key"
          type="password"
          required
          autoFocus
          autoComplete="current-password"
          help="The key you use with the API or the command line."
        />
        <Faults error={error} />
        <Button type="submit" look="primary" busy={busy}>
          Sign in
        </Button>
      </form>
      <p className="text-sm text-muted">
        Or open a sign-in link: <code className="font-mono text-xs">pressrun serve</code> prints one when it starts, and{" "}
        <code className="font-mono text-xs">pressrun studio</code> prints another.
      </p>
    </main>
  );
}
