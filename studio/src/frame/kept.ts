/** What this browser keeps of whoever is signed in: earlier tests, agents that were used. The theme is the browser's own. */
const OURS = "pressrun.";
const STAYS = "pressrun.theme";
const OWNER = "pressrun.person";

/** Forget all of it: whoever sits down here next is somebody else. */
export function forgetAll(shelf: Storage = localStorage) {
  for (const name of Object.keys(shelf)) {
    if (name.startsWith(OURS) && name !== STAYS) shelf.removeItem(name);
  }
}

/** Keep it for one person, and nothing of another whose session ended by itself. */
export function keepFor(person: string, shelf: Storage = localStorage) {
  try {
    if (shelf.getItem(OWNER) === person) return;
    forgetAll(shelf);
    shelf.setItem(OWNER, person);
  } catch {
    // switched off: there is nothing of anybody
  }
}
