import { describe, expect, it } from "vitest";
import { decoded, named, previewOfObjects, previewOfTable } from "./preview";

describe("a table", () => {
  it("gives its columns and five rows, whatever stands between its cells", () => {
    const lines = Array.from({ length: 9 }, (_, at) => `shoe ${at};"a; ""b"""`);
    const found = previewOfTable(["Product;Notes", ...lines].join("\r\n"), true);
    expect(found?.columns).toEqual(["Product", "Notes"]);
    expect(found?.rows).toHaveLength(5);
    expect(found?.rows[0]).toEqual(["shoe 0", 'a; "b"']);
  });

  it("leaves out the row in whose middle the text ends", () => {
    expect(previewOfTable("A,B\n1,2\n3,", false)?.rows).toEqual([["1", "2"]]);
    expect(previewOfTable("A,B\n1,2\n3,", true)?.rows).toEqual([
      ["1", "2"],
      ["3", ""],
    ]);
  });

  it("reads what is pasted from a spreadsheet, and a first line that names the separator", () => {
    expect(previewOfTable("Product\tTone\nShoe, red\tkind", true)?.rows).toEqual([["Shoe, red", "kind"]]);
    expect(previewOfTable("sep=;\nA;B\n1;2", true)?.columns).toEqual(["A", "B"]);
  });

  it("is none when there is nothing", () => expect(previewOfTable("", true)).toBeNull());
});

it("names columns as the server does", () => {
  expect(named([" Price ", "", "Price", "Column 2", "", ""])).toEqual(["Price", "Column 3", "Price 2", "Column 2"]);
});

describe("objects", () => {
  it("by lines, the last of which may be cut", () => {
    const found = previewOfObjects('{"a": 1, "b": ["x"]}\n{"c": null}\n{"a": "cu', false);
    expect(found).toEqual({
      columns: ["a", "b", "c"],
      rows: [
        ["1", '["x"]', ""],
        ["", "", ""],
      ],
    });
  });

  it("as one list, when it is whole", () => {
    expect(previewOfObjects('[{"a": "x"}]', true)).toEqual({ columns: ["a"], rows: [["x"]] });
    expect(previewOfObjects('[{"a": "x"}, {"a', false)).toBeNull();
  });
});

it("decodes what spreadsheets write", () => {
  expect(decoded(new TextEncoder().encode("Größe").slice(0, 3))).toBe("Gr");
  expect(decoded(new Uint8Array([0x47, 0x72, 0xf6, 0xdf, 0x65]))).toBe("Größe");
  expect(decoded(new Uint8Array([0xff, 0xfe, 0x41, 0x00]))).toBe("A");
});
