import { type QueryKey, useMutation } from "@tanstack/react-query";
import { toast } from "@/components/toast";
import { messageOf } from "./problem";
import { queries } from "./queries";

/**
 * Something a person does: it runs once, what it changes is asked for again, and it says how it went.
 * Throws what the API refused, for forms that show it in place; `quiet` leaves the toast of a failure out.
 */
export function useAction<T, R>(
  run: (input: T) => Promise<R>,
  { changes = [], done, quiet = false }: { changes?: readonly QueryKey[]; done?: string; quiet?: boolean } = {},
) {
  return useMutation({
    mutationFn: run,
    onSuccess: async () => {
      if (done) toast(done);
      await Promise.all(changes.map((queryKey) => queries.invalidateQueries({ queryKey })));
    },
    onError: (error) => {
      if (!quiet) toast(messageOf(error), { bad: true });
    },
  });
}
