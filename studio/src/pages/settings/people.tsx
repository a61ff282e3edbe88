import { useQuery } from "@tanstack/react-query";
import { Link2, MonitorSmartphone, Plus, Users } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useAction } from "@/api/action";
import { api, body, type Schemas } from "@/api/client";
import { Button } from "@/components/button";
import { Card } from "@/components/card";
import { Confirm, Dialog } from "@/components/dialog";
import { SelectField, TextField } from "@/components/field";
import { Empty, Failed, Faults, Loading } from "@/components/states";
import { Table } from "@/components/table";
import { Time } from "@/components/time";
import { useSession } from "@/frame/session";
import { PersonSessions } from "./person-sessions";
import { ShownOnce } from "./shown-once";

type Person = Schemas["PersonShape"];
type Role = Person["role"];

const ROLES: [Role, string][] = [
  ["viewer", "Viewer: sees agents, runs and results"],
  ["editor", "Editor: changes, deploys and runs agents"],
  ["admin", "Administrator: everything, settings too"],
];
const CHANGES = [["people"]];
const path = (person: Person) => ({ params: { path: { person_id: person.id } } });

export default function People() {
  const [inviting, setInviting] = useState(false);
  const [removing, setRemoving] = useState<Person | null>(null);
  const [looking, setLooking] = useState<Person | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const me = useSession().data;
  const people = useQuery({ queryKey: ["people"], queryFn: () => body(api.GET("/v1/people")) });
  const change = useAction(
    ({ person, role }: { person: Person; role: Role }) =>
      api.PATCH("/v1/people/{person_id}", { ...path(person), body: { role } }),
    { changes: CHANGES, done: "Changed; it holds from the next request on." },
  );
  const remove = useAction((person: Person) => api.DELETE("/v1/people/{person_id}", path(person)), {
    changes: CHANGES,
    done: "Removed and signed out.",
    quiet: true,
  });
  const invite = useAction(async (person: Person) => {
    setLink((await body(api.POST("/v1/people/{person_id}/link", path(person)))).url);
  });
  if (people.error) return <Failed error={people.error} retry={() => void people.refetch()} />;
  if (!people.data) return <Loading />;
  const add = (
    <Button look="primary" icon={<Plus />} onClick={() => setInviting(true)}>
      Add a person
    </Button>
  );
  return (
    <>
      <Card title="People" note="Who signs in to the studio" actions={people.data.data.length > 0 && add}>
        {people.data.data.length === 0 ? (
          <Empty icon={<Users />} title="Nobody but you" action={add}>
            Add the product manager who uploads the spring catalogue: they get a link to sign in, and no key.
          </Empty>
        ) : (
          <Table
            label="People"
            rows={people.data.data}
            rowKey={(person) => person.id}
            columns={[
              {
                head: "Name",
                cell: (person) => (
                  <span className="break-words">
                    <span className="font-medium">{person.name}</span>
                    {person.id === me?.id && <span className="text-muted"> (you)</span>}
                    {person.email && <span className="block text-xs text-muted">{person.email}</span>}
                  </span>
                ),
              },
              {
                head: "Role",
                cell: (person) => (
                  <SelectField
                    label={`Role of ${person.name}`}
                    hideLabel
                    value={person.role}
                    onChange={(event) => change.mutate({ person, role: event.target.value as Role })}
                  >
                    {ROLES.map(([role]) => (
                      <option key={role} value={role}>
                        {role}
                      </option>
                    ))}
                  </SelectField>
                ),
              },
              { head: "Last seen", wide: true, cell: (person) => <Time at={person.last_seen_at} /> },
              {
                head: "",
                right: true,
                cell: (person) => (
                  <span className="flex justify-end gap-2">
                    <Button size="small" icon={<MonitorSmartphone />} onClick={() => setLooking(person)}>
                      Sessions
                    </Button>
                    <Button size="small" icon={<Link2 />} onClick={() => invite.mutate(person)}>
                      Sign-in link
                    </Button>
                    <Button size="small" look="danger" onClick={() => setRemoving(person)}>
                      Remove
                    </Button>
                  </span>
                ),
              },
            ]}
          />
        )}
      </Card>
      <PersonSessions person={looking} onClose={() => setLooking(null)} />
      <AddPerson open={inviting} onOpenChange={setInviting} onLink={setLink} />
      <Dialog open={link !== null} onOpenChange={() => setLink(null)} title="Send this link to them">
        <p className="mt-1 text-sm text-muted">It signs them in once, within 24 hours.</p>
        {link && <ShownOnce secret={link} what="link" onDone={() => setLink(null)} />}
      </Dialog>
      <Confirm
        open={removing !== null}
        onOpenChange={(open) => !open && setRemoving(null)}
        title={`Remove ${removing?.name ?? ""}`}
        description="They are signed out at once. What they made and ran stays."
        action="Remove"
        onConfirm={() => remove.mutateAsync(removing as Person)}
      />
    </>
  );
}

function AddPerson({
  open,
  onOpenChange,
  onLink,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onLink: (url: string) => void;
}) {
  const add = useAction(
    async (request: Schemas["PersonRequest"]) => {
      const person = await body(api.POST("/v1/people", { body: request }));
      return body(api.POST("/v1/people/{person_id}/link", path(person)));
    },
    { changes: CHANGES, quiet: true },
  );
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const request = {
      name: String(form.get("name")),
      email: String(form.get("email")) || null,
      role: String(form.get("role")) as Role,
    };
    await add.mutateAsync(request).then(
      (made) => {
        onOpenChange(false);
        onLink(made.url);
      },
      () => {}, // the form shows why it was refused
    );
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Add a person">
      <form onSubmit={submit} className="mt-4 flex flex-col gap-4">
        <TextField label="Name" name="name" required autoFocus />
        <TextField
          label="E-mail"
          name="email"
          type="email"
          help="To tell people of the same name apart; nothing is sent."
        />
        <SelectField label="Role" name="role" defaultValue="editor">
          {ROLES.map(([role, label]) => (
            <option key={role} value={role}>
              {label}
            </option>
          ))}
        </SelectField>
        <Faults error={add.error} />
        <div className="flex justify-end">
          <Button type="submit" look="primary" busy={add.isPending}>
            Add and make a link
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
