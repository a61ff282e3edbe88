import type { Schemas } from "@/api/client";
import { Sheet } from "@/components/dialog";
import { SessionList } from "@/sessions/session-list";
import { ofPerson } from "@/sessions/ways";

/** Where a person is signed in, beside the list of people. */
export function PersonSessions({ person, onClose }: { person: Schemas["PersonShape"] | null; onClose: () => void }) {
  return (
    <Sheet
      open={person !== null}
      onOpenChange={(open) => !open && onClose()}
      title={`Sessions of ${person?.name ?? ""}`}
    >
      {person && (
        <SessionList
          ways={ofPerson(person.id)}
          title="Where they are signed in"
          all="Sign out everywhere"
          allNote={`Every browser of ${person.name} is signed out. They need a new link to sign in again.`}
          empty={`${person.name} is signed in nowhere. A sign-in link lets them in.`}
        />
      )}
    </Sheet>
  );
}
