import { expect, test } from "vitest";
import { disposition, extensionOf, isTaken } from "./names";

test("a name is told whatever letters it has", () => {
  expect(disposition("a b.pdf")).toBe("attachment; filename*=UTF-8''a%20b.pdf");
  expect(disposition("Übersicht (1)'*\"\r\n.pdf")).toBe(
    "attachment; filename*=UTF-8''%C3%9Cbersicht%20%281%29%27%2A%22%0D%0A.pdf",
  );
  expect(disposition("\ud800.txt")).toBe("attachment; filename*=UTF-8''%EF%BF%BD.txt");
});

test("endings", () => {
  expect(["a.PDF", "a.tar.gz", "a", ".hidden", "a."].map(extensionOf)).toEqual(["pdf", "gz", "", "hidden", ""]);
  expect(isTaken("photo.JPEG", ["jpg", "png"])).toBe(true);
  expect(isTaken("page.htm", [".html"])).toBe(true);
  expect(isTaken("a.exe", ["pdf"])).toBe(false);
  expect(isTaken("a.exe", [])).toBe(true);
});
