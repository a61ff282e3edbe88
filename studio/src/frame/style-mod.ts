/**
 * Stands for the package `style-mod` (CodeMirror uses it): the rules go into an adopted style sheet of the document. The
 * package does that only inside a shadow root; elsewhere it writes a <style> element, which the page's policy forbids.
 */
import { StyleModule as Original } from "../../node_modules/style-mod/src/style-mod.js";

type Root = Document | ShadowRoot;
type Rules = { getRules(): string };
const mounted = new WeakMap<Root, { sheet: CSSStyleSheet; modules: Rules[] }>();

export class StyleModule extends Original {
  static override mount(root: Root, modules: Rules | Rules[]): void {
    let found = mounted.get(root);
    if (!found) {
      found = { sheet: new CSSStyleSheet(), modules: [] };
      mounted.set(root, found);
      root.adoptedStyleSheets = [found.sheet, ...root.adoptedStyleSheets];
    }
    const fresh = (Array.isArray(modules) ? modules : [modules]).filter((one) => !found.modules.includes(one));
    if (fresh.length === 0) return;
    found.modules = [...fresh, ...found.modules];
    found.sheet.replaceSync(found.modules.map((one) => one.getRules()).join("\n"));
  }
}
